package io.skinscore.core

import java.util.Base64
import kotlin.math.abs
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull

/**
 * The golden photos of a bundle, and what its files must answer: a bundle proves itself on this device before it is
 * used. Bundles of sequence 2 and before hold no tolerance of heat and quality: neither is compared then.
 */
class Golden private constructor(private val photos: List<Photo>, private val tolerances: JsonElement) {
    internal class Photo(val png: ByteArray, val inputSha256: String, val outputs: JsonElement?)

    /** Grade every golden photo; how many there were. Throws [Trouble] at the first wrong answer. */
    fun check(grader: Grader): Int {
        photos.forEachIndexed { number, photo ->
            val grading = ran { grader.grade(photo.png, part = 0) }
            val fault = fault(grading, photo, grader.bundle.precision) ?: return@forEachIndexed
            val sentence = "the new model answers wrongly on this device (photo $number: $fault); not used"
            throw Trouble("wrong-answers", sentence)
        }
        return photos.size
    }

    /** What differs from the golden answer; null when nothing does. */
    private fun fault(grading: Grading, photo: Photo, precision: String): String? {
        val wanted = photo.outputs[precision] ?: return "no golden answers for $precision"
        val attributes = grading.attributes
        val near = tolerances["tolerance_expected"].needNumber(precision)
        return when {
            grading.inputSha256 != photo.inputSha256 -> "other input bytes"
            attributes.map { it.grade } != wanted.needList("grades") { it.asInt() } -> "other grades"
            attributes.map { it.balanced } != wanted.needList("balanced") { it.asInt() } -> "other balanced grades"
            !within(attributes.map { it.expected.toDouble() }, wanted["expected"]) { near } -> "other expected grades"
            tolerances["tolerance_heat"] == null -> null
            !warmAlike(attributes, wanted, tolerances["tolerance_heat"].needNumber(precision)) -> "heat elsewhere"
            !qualityAlike(grading.quality, wanted) -> "other quality figures"
            else -> null
        }
    }

    private fun warmAlike(attributes: List<Graded>, wanted: JsonElement, near: Double): Boolean {
        val centres = wanted.needList("heat") { it }
        return centres.size == attributes.size && centres.zip(attributes).all { (centre, one) ->
            val got = Heat.centre(one.heat)
            if (got == null || centre is JsonNull) got == null && centre is JsonNull else within(got, centre) { near }
        }
    }

    private fun qualityAlike(quality: Quality, wanted: JsonElement): Boolean {
        val share = tolerances.needNumber("tolerance_quality")
        val figures = listOf(quality.luma, quality.clipped, quality.sharpness)
        return within(figures, wanted["quality"]) { share * abs(it) + FLOOR }
    }

    private fun within(got: List<Double>, wanted: JsonElement?, bound: (Double) -> Double): Boolean {
        val numbers = wanted.items.map { it.asNumber() }
        return got.size == numbers.size && got.zip(numbers).all { (one, other) -> abs(one - other) <= bound(other) }
    }

    companion object {
        private const val FLOOR = 1e-6 // of a quality figure: below it a share of it means nothing

        /** Reads `golden.json`. Throws [Trouble] `other-form`. */
        fun read(document: ByteArray): Golden =
            readForm(document) { Golden(it.needList("photos", ::photo), it) }
                ?: throw Trouble("other-form", "the golden photos have another form than this client reads: update the app")

        /** Runtimes fail in many ways, by errors of linking too; a model that does not run is not used. */
        internal fun <T> ran(work: () -> T): T =
            try {
                work()
            } catch (error: Exception) {
                throw doesNotRun(error)
            } catch (error: LinkageError) {
                throw doesNotRun(error)
            }

        private fun doesNotRun(error: Throwable) =
            Trouble("does-not-run", "the new model does not run on this device (${error.message ?: error}); not used", error)

        private fun photo(json: JsonElement) =
            Photo(Base64.getDecoder().decode(json.needText("png")), json.needText("input_sha256"), json["outputs"])
    }
}
