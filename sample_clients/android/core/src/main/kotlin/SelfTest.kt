package io.skinscore.core

import kotlin.math.abs

/** A bundle proves itself on this device before it is used: its golden photos must give its golden answers. */
class SelfTest(private val golden: Golden, private val precision: String) {
    private val near = golden.toleranceExpected[precision]

    /** Grade every golden photo; how many there were. Throws [Trouble] at the first wrong answer, or without any. */
    fun check(grader: Grader): Int {
        if (golden.photos.isEmpty()) {
            throw Trouble("wrong-answers", "the new model comes without a golden photo that would prove it; not used")
        }
        golden.photos.forEachIndexed { number, photo ->
            val grading = ran { grader.grade(photo.png, part = 0) }
            val fault = fault(grading, photo) ?: return@forEachIndexed
            val sentence = "the new model answers wrongly on this device (photo $number: $fault); not used"
            throw Trouble("wrong-answers", sentence)
        }
        return golden.photos.size
    }

    /** What differs from the golden answer; null when nothing does. */
    private fun fault(grading: Grading, photo: Golden.Photo): String? {
        val wanted = photo.answers[precision]
        val attributes = grading.attributes
        return when {
            grading.inputSha256 != photo.inputSha256 -> "other input bytes"
            wanted == null || near == null -> "no golden answers for $precision"
            attributes.map { it.grade } != wanted.grades -> "other grades"
            attributes.map { it.balanced } != wanted.balanced -> "other balanced grades"
            !within(attributes.map { it.expected.toDouble() }, wanted.expected) { near } -> "other expected grades"
            golden.toleranceHeat == null -> null
            !isWarmAlike(attributes, wanted.heat, golden.toleranceHeat[precision] ?: 0.0) -> "heat elsewhere"
            !isAlike(grading.quality, wanted.quality) -> "other quality figures"
            else -> null
        }
    }

    private fun isWarmAlike(attributes: List<Graded>, wanted: List<List<Double>?>, near: Double): Boolean {
        val centres = attributes.map { Heat.centre(it.heat) }
        return centres.size == wanted.size && centres.zip(wanted).all { (got, other) ->
            if (got == null || other == null) got == other else within(got, other) { near }
        }
    }

    private fun isAlike(quality: Quality, wanted: List<Double>): Boolean {
        val figures = listOf(quality.luma, quality.clipped, quality.sharpness)
        return within(figures, wanted) { golden.toleranceQuality * abs(it) + FLOOR }
    }

    private fun within(got: List<Double>, wanted: List<Double>, bound: (Double) -> Double): Boolean =
        got.size == wanted.size && got.zip(wanted).all { (one, other) -> abs(one - other) <= bound(other) }

    internal companion object {
        private const val FLOOR = 1e-6 // of a quality figure: below it a share of it means nothing

        /** Runtimes fail in many ways, by errors of linking too; a model that does not run is not used. */
        fun <T> ran(work: () -> T): T =
            try {
                work()
            } catch (error: Exception) {
                throw doesNotRun(error)
            } catch (error: LinkageError) {
                throw doesNotRun(error)
            }

        private fun doesNotRun(error: Throwable): Trouble {
            val reason = error.message ?: error.toString()
            return Trouble("does-not-run", "the new model does not run on this device ($reason); not used", error)
        }
    }
}
