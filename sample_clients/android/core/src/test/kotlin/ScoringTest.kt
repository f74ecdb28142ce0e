package io.skinscore.core

import kotlin.test.Test
import kotlin.test.assertEquals

class ScoringTest {
    private val described = describedWith()

    @Test
    fun `the range holds the most likely grade and widens with q`() {
        val probabilities = floatArrayOf(0.05f, 0.15f, 0.5f, 0.25f, 0.05f)
        assertEquals(listOf(2..2, 2..3, 0..4), listOf(0.0, 0.6, 9.0).map { plausible(probabilities, it) })
    }

    @Test
    fun `the first of equal grades is taken`() = assertEquals(1, largest(floatArrayOf(0.1f, 0.4f, 0.4f, 0.1f)))

    @Test
    fun `each way in which a photo is poor has its advice`() {
        val gate = BundleDescription.QualityGate(darkest = 0.2, brightest = 0.9, clipped = 0.1, sharpness = 0.001)
        assertEquals(emptyList(), advice(gate, Quality(0.5, 0.0, 0.01)))
        assertEquals(listOf(Advice.TOO_DARK, Advice.CLIPPED, Advice.BLURRED), advice(gate, Quality(0.1, 0.2, 0.0)))
        assertEquals(listOf(Advice.TOO_BRIGHT), advice(gate, Quality(0.95, 0.0, 0.01)))
    }

    @Test
    fun `a grading reads the outputs in the bundle's order`() {
        val found = grading(madeOutputs(), described, byteArrayOf(1, 2, 3), part = 1)
        val keys = listOf("oil", "hydration", "wrinkle", "pigmentation", "sensitivity")
        assertEquals(keys, found.attributes.map { it.key })
        assertEquals(List(5) { 2 }, found.attributes.map { it.grade })
        assertEquals(List(5) { 3 }, found.attributes.map { it.balanced })
        assertEquals((0 until 49).map { it - 24f }, found.attributes[4].heat.toList())
        assertEquals(sha256Hex(byteArrayOf(1, 2, 3)), found.inputSha256)
        assertEquals(emptyList(), found.advice)
    }

    @Test
    fun `what the model never learned on a part is not believed there`() {
        val taught = describedWith("graded_parts" to mapOf("oil" to listOf(2), "wrinkle" to listOf(0, 1)))
        val found = grading(madeOutputs(), taught, ByteArray(0), part = 0)
        assertEquals(listOf("wrinkle"), found.attributes.filter { it.believed }.map { it.key })
    }

    @Test
    fun `outputs that are not what the bundle says are refused`() {
        val wrong = listOf(
            madeOutputs(expected = Float.NaN),
            madeOutputs(probabilities = listOf(1f)),
            madeOutputs(probabilities = listOf(0.5f, 0.1f, 0.1f, 0.1f, 0.1f)),
            madeOutputs(probabilities = listOf(1.2f, -0.2f, 0f, 0f, 0f)),
            FloatArray(0).let { Outputs(it, it, it, it, it) },
        )
        for (outputs in wrong) {
            assertEquals("does-not-run", troubleOf { grading(outputs, described, ByteArray(0), part = 0) })
        }
    }
}
