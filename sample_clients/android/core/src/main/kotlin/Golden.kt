package io.skinscore.core

import java.util.Base64
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull

/**
 * The golden photos of a bundle, and what its files must answer. Bundles of sequence 2 and before hold no tolerance of
 * heat and quality.
 */
class Golden private constructor(
    /** Side of the model's input, in px. */
    val size: Int,
    val photos: List<Photo>,
    /** By precision: how far an expected grade may be off, and a centre of heat as a share of the side. */
    internal val toleranceExpected: Map<String, Double>,
    internal val toleranceHeat: Map<String, Double>?,
    /** A share of the figure. */
    internal val toleranceQuality: Double,
) {
    /** A photo file, SHA-256 of the model's input bytes for it, and the answers of each file by precision. */
    class Photo internal constructor(val png: ByteArray, val inputSha256: String, val answers: Map<String, Answers>)

    /** For each attribute; [heat]: the centre of a map's positive part (row, column; 0..1), null where nothing is. */
    class Answers(
        val grades: List<Int>,
        val balanced: List<Int>,
        val expected: List<Double>,
        val quality: List<Double>,
        val heat: List<List<Double>?>,
    )

    companion object {
        private const val OTHER_FORM = "the golden photos have another form than this client reads: update the app"

        /** Reads `golden.json`. Throws [Trouble] `other-form`. */
        fun read(document: ByteArray): Golden = readForm(document, ::of) ?: throw Trouble("other-form", OTHER_FORM)

        private fun of(json: JsonElement) = Golden(
            json.needInt("size"),
            json.needList("photos", ::photo),
            tolerances(json["tolerance_expected"]),
            json["tolerance_heat"]?.let(::tolerances),
            json["tolerance_quality"]?.asNumber() ?: 0.0,
        )

        private fun tolerances(json: JsonElement?) = json.fields.mapValues { (_, tolerance) -> tolerance.asNumber() }

        private fun photo(json: JsonElement) = Photo(
            Base64.getDecoder().decode(json.needText("png")),
            json.needText("input_sha256"),
            json["outputs"].fields.mapValues { (_, answers) -> answers(answers) },
        )

        private fun answers(json: JsonElement) = Answers(
            json.needList("grades") { it.asInt() },
            json.needList("balanced") { it.asInt() },
            json.needList("expected") { it.asNumber() },
            json["quality"].items.map { it.asNumber() },
            json["heat"].items.map { centre -> if (centre is JsonNull) null else centre.items.map { it.asNumber() } },
        )
    }
}
