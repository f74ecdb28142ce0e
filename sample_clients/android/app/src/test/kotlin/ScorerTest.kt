package io.skinscore.app

import io.skinscore.core.ModelBundle
import io.skinscore.core.Trouble
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import org.junit.Test
import org.pytorch.executorch.EValue
import org.pytorch.executorch.ExecutorchRuntimeException
import org.pytorch.executorch.Tensor

/**
 * What goes into ExecuTorch and comes out, with its own tensors; its library does not load here.
 */
class ScorerTest {
    private class Recorder(val answers: Int = 5, val fault: Int? = null) : Program {
        var input: Tensor? = null
        var closed = 0

        override fun forward(input: EValue): Array<EValue> {
            this.input = input.toTensor()
            fault?.let { throw ExecutorchRuntimeException(it, "as the runtime says") }
            return Array(answers) {
                EValue.from(Tensor.fromBlob(floatArrayOf(it.toFloat(), 9f), longArrayOf(1, 2)))
            }
        }

        override fun close() {
            closed++
        }
    }

    private val bytes = ByteArray(2 * 2 * 3) { (it * 20).toByte() }

    @Test
    fun `rows of pixels become three planes of 0 to 255`() {
        val program = Recorder()
        ExecuTorchScorer(program, 2).score(bytes)
        val input = checkNotNull(program.input)
        assertContentEquals(longArrayOf(1, 3, 2, 2), input.shape())
        val planes = floatArrayOf(0f, 60f, 120f, 180f, 20f, 80f, 140f, 200f, 40f, 100f, 160f, 220f)
        assertContentEquals(planes, input.dataAsFloatArray)
    }

    @Test
    fun `the five answers keep their order`() {
        val found = ExecuTorchScorer(Recorder(), 2).score(bytes)
        val five =
            listOf(
                found.probabilities,
                found.utilities,
                found.expected,
                found.heatmaps,
                found.quality,
            )
        assertEquals(listOf(0f, 1f, 2f, 3f, 4f), five.map { it[0] })
    }

    @Test
    fun `a second photo leaves nothing of the first`() {
        val program = Recorder()
        ExecuTorchScorer(program, 2).apply { score(bytes) }.score(ByteArray(12))
        assertTrue(checkNotNull(program.input).dataAsFloatArray.all { it == 0f })
    }

    @Test
    fun `a model with other answers is refused`() {
        assertEquals(
            "does-not-run",
            assertFailsWith<Trouble> { ExecuTorchScorer(Recorder(answers = 4), 2).score(bytes) }
                .code,
        )
    }

    @Test
    fun `a closed model is closed once and grades nothing`() {
        val program = Recorder()
        val scorer = ExecuTorchScorer(program, 2)
        repeat(2) { scorer.close() }
        assertEquals(1, program.closed)
        assertFailsWith<Trouble> { scorer.score(bytes) }
    }

    @Test
    fun `faults of the runtime say what to do`() {
        val said =
            listOf(
                0x20 to "XNNPACK",
                0x14 to "update the app",
                0x21 to "close other apps",
                0x23 to "get the bundle again",
                0x30 to "another runtime",
                0x7F to "0x7f",
            )
        for ((code, words) in said) {
            val trouble =
                assertFailsWith<Trouble> {
                    ExecuTorchScorer(Recorder(fault = code), 2).score(bytes)
                }
            assertTrue(words in trouble.message, trouble.message)
        }
    }

    @Test
    fun `a processor without a library is told so`() {
        val bundle = ModelBundle.open(Committed.bundle, Committed.trust)
        val trouble = assertFailsWith<Trouble> { ExecuTorchEngine().load(bundle) }
        assertTrue("arm64-v8a" in trouble.message, trouble.message)
    }
}
