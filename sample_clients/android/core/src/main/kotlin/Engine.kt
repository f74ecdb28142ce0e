package io.skinscore.core

/** What a platform brings to grading: a decoder of photo files, and a runtime for the model. */
interface Engine {
    /** A photo file as upright sRGB pixels. Throws [Trouble] `photo-unreadable`. */
    fun decode(photo: ByteArray): Pixels

    /** The model of a verified bundle, ready to run. Throws what the runtime throws. */
    fun load(bundle: ModelBundle): Scorer
}

/** A loaded model. [Grader] calls it one call at a time; [close] frees it, and nothing is scored afterwards. */
fun interface Scorer : AutoCloseable {
    /** [input]: S x S x 3 bytes in row, column, channel order, RGB (what [modelInput] gives). */
    fun score(input: ByteArray): Outputs

    override fun close() = Unit
}

/** Grades photos with one bundle, one at a time. Making it loads the model and throws what the runtime throws. */
class Grader(val bundle: ModelBundle, private val engine: Engine) : AutoCloseable {
    private val scorer = engine.load(bundle)

    /** Grade a photo file of a part of the face (0 cheek, 1 forehead, 2 centre, 3 chin). Throws [Trouble]. */
    fun grade(photo: ByteArray, part: Int): Grading = grade(engine.decode(photo), part)

    /** The same for upright pixels. */
    @Synchronized
    fun grade(photo: Pixels, part: Int): Grading {
        val input = photo.modelInput(bundle.description.size)
        return grading(scorer.score(input), bundle.description, input, part)
    }

    @Synchronized
    override fun close() = scorer.close()
}
