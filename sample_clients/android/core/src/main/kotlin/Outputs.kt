package io.skinscore.core

import kotlin.math.abs

/** What the model file gives for one photo; shapes without the batch: 5x5, 5x5, 5, 5xhxw, 3. */
class Outputs(
    val probabilities: FloatArray,
    val utilities: FloatArray,
    val expected: FloatArray,
    val heatmaps: FloatArray,
    val quality: FloatArray,
) {
    /** Whether the numbers are as many as the bundle says, numbers at all, and the probabilities such. */
    internal fun fits(bundle: BundleDescription): Boolean {
        val all = NAMES.zip(listOf(probabilities, utilities, expected, heatmaps, quality))
        val shaped = all.all { (name, values) -> values.size == bundle.count(name) && values.all(Float::isFinite) }
        val count = bundle.attributes.size
        return shaped && (0 until count).all { isDistribution(piece(probabilities, it, count)) }
    }

    private fun isDistribution(values: FloatArray) = values.all { it >= 0 } && abs(values.sum() - 1) < SLACK

    companion object {
        /** In the order in which the model file gives them. */
        val NAMES = listOf("probabilities", "utilities", "expected", "heatmaps", "quality")
        private const val SLACK = 0.05f // 16-bit softmax sums to 1 only nearly

        /** The values of one attribute of [count]. */
        internal fun piece(values: FloatArray, place: Int, count: Int): FloatArray {
            val length = values.size / count
            return values.copyOfRange(place * length, (place + 1) * length)
        }
    }
}
