package io.skinscore.core

import kotlin.math.roundToInt
import kotlinx.serialization.json.JsonElement

/** The part of a bundle's description that grading goes by; all lists are in the order of [attributes]. */
class BundleDescription private constructor(
    val attributes: List<Attribute>,
    /** Side of the model's input, in px. */
    val size: Int,
    /** Parts of the face that the model saw with labels in training, per attribute. */
    val gradedParts: Map<String, List<Int>>,
    /** The magnitude of each attribute's map that is drawn most opaque. */
    val heatScales: List<Double>,
    /** Of 100 photos like those of the training, in how many the range holds the true grade. */
    val coverage: Int,
    internal val conformalQ: List<Double>,
    internal val qualityGate: QualityGate,
    private val shapes: Map<String, List<Int>>,
) {
    /** Names of an attribute by language; [moreIs]: `better`, `worse` or `neutral`. */
    class Attribute(val key: String, val en: String, val ko: String, val moreIs: String)

    internal class QualityGate(val darkest: Double, val brightest: Double, val clipped: Double, val sharpness: Double)

    /** How many numbers an output has. */
    internal fun count(output: String): Int = shapes.getValue(output).reduce(Int::times)

    internal companion object {
        private const val GRADES = 5
        private const val FIGURES = 3 // of a photo's quality

        /** Throws [IllegalArgumentException] for another form. */
        fun of(json: JsonElement): BundleDescription {
            val attributes = json.needList("attributes", ::attribute)
            val described = BundleDescription(
                attributes,
                json["input"].needInt("size"),
                json["graded_parts"].fields.mapValues { (_, parts) -> parts.items.map { it.asInt() } },
                scales(json),
                (json["decoding"].needNumber("coverage") * 100).roundToInt(),
                json["decoding"].needList("conformal_q") { it.asNumber() },
                gate(json["quality_gate"]),
                json.needList("outputs", ::shape).toMap(),
            )
            require(described.isWhole)
            return described
        }

        private fun attribute(json: JsonElement) =
            Attribute(json.needText("key"), json.needText("en"), json.needText("ko"), json.needText("more_is"))

        private fun shape(output: JsonElement) = output.needText("name") to output.needList("shape") { it.asInt() }

        private fun scales(json: JsonElement): List<Double> =
            json["outputs"].items.find { it["name"].text == "heatmaps" }.needList("scale") { it.asNumber() }

        private fun gate(json: JsonElement?): QualityGate {
            val (darkest, brightest) = json.needList("luma") { it.asNumber() }.also { require(it.size == 2) }
            return QualityGate(darkest, brightest, json.needNumber("clipped"), json.needNumber("sharpness"))
        }
    }

    /** Whether all lists are as long as there are attributes, so that grading cannot run past one. */
    private val isWhole: Boolean
        get() = attributes.isNotEmpty() && size > 0 && isShaped && conformalQ.size == attributes.size &&
            heatScales.size == attributes.size && heatScales.all { it > 0 }

    private val isShaped: Boolean
        get() {
            val each = listOf(1, attributes.size)
            val grades = each + GRADES
            val side = shapes["heatmaps"]?.lastOrNull() ?: 0
            val wanted = listOf(grades, grades, each, each + side + side, listOf(1, FIGURES))
            return side > 0 && Outputs.NAMES.map(shapes::get) == wanted
        }
}
