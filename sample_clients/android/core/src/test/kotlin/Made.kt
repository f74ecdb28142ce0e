package io.skinscore.core

import java.io.ByteArrayInputStream
import javax.imageio.ImageIO
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject

// Things that tests of grading make.

/** The committed description; [change]: fields that take the place of others. */
fun describedWith(vararg change: Pair<String, Any?>): BundleDescription =
    BundleDescription.of(JsonObject(GoldenFiles.description.fields + json(*change)))

/** Numbers as a model might give them, for five attributes and 7 x 7 maps. */
fun madeOutputs(
    expected: Float = 2f,
    probabilities: List<Float> = listOf(0.05f, 0.15f, 0.5f, 0.25f, 0.05f),
): Outputs {
    fun five(values: List<Float>) = List(5) { values }.flatten().toFloatArray()
    return Outputs(
        five(probabilities), five(listOf(0f, 0f, 0f, 1f, 0f)), five(listOf(expected)),
        FloatArray(245) { it % 49 - 24f }, floatArrayOf(0.5f, 0f, 0.01f),
    )
}

/** Decodes by the Java runtime and grades by [answer]. */
class MadeEngine(private val answer: (input: ByteArray) -> Outputs) : Engine {
    /** Scorers that were made and not closed. */
    var open = 0
        private set

    override fun decode(photo: ByteArray): Pixels {
        val image = ImageIO.read(ByteArrayInputStream(photo)) ?: throw Trouble("photo-unreadable", "no picture")
        val colours = image.getRGB(0, 0, image.width, image.height, null, 0, image.width)
        val bytes = ByteArray(colours.size * 3) { (colours[it / 3] shr (16 - it % 3 * 8)).toByte() }
        return Pixels(image.width, image.height, 3, bytes)
    }

    override fun load(bundle: ModelBundle): Scorer = object : Scorer {
        init {
            open++
        }

        override fun score(input: ByteArray) = answer(input)

        override fun close() {
            open--
        }
    }
}
