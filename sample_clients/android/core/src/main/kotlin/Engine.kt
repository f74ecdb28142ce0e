package io.skinscore.core

/** What a platform brings to grading: a decoder of photo files, and a runtime for the model. */
interface Engine {
    /** A photo file as upright sRGB pixels. Throws [Trouble] `photo-unreadable`. */
    fun decode(photo: ByteArray): Pixels

    /** The model of a verified bundle, ready to run. Throws what the runtime throws. */
    fun load(bundle: ModelBundle): Scorer
}

/** A loaded model. One call at a time; [close] frees it, and nothing is scored afterwards. */
fun interface Scorer : AutoCloseable {
    /** [input]: S x S x 3 bytes in row, column, channel order, RGB (what [modelInput] gives). */
    fun score(input: ByteArray): Outputs

    override fun close() = Unit
}

/** What the model file gives for one photo; shapes without the batch: 5x5, 5x5, 5, 5xhxw, 3. */
class Outputs(
    val probabilities: FloatArray,
    val utilities: FloatArray,
    val expected: FloatArray,
    val heatmaps: FloatArray,
    val quality: FloatArray,
)
