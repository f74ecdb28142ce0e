package io.skinscore.core

/** The bundle in use and what grades with it, made ready at the first need. Any thread may call. */
internal class ModelInUse(private val models: Models, private val engine: Engine) {
    private val updating = Any()
    private var opened: ModelBundle? = null
    private var grader: Grader? = null

    /** Throws [Trouble] when not even the shipped bundle can be used. */
    @Synchronized
    fun bundle(): ModelBundle = opened ?: models.open().also { opened = it }

    /** A graded photo, and the bundle that graded it: another one may be in use a moment later. */
    @Synchronized
    fun grade(photo: ByteArray, part: Int): Pair<Grading, ModelBundle> {
        val ready = grader ?: Grader(bundle(), engine).also { grader = it }
        return ready.grade(photo, part) to ready.bundle
    }

    /** Take a newer model if the channel of [origin] offers one; photos are graded meanwhile. Throws [Trouble]. */
    fun update(origin: Origin, patience: Patience): UpdateOutcome =
        synchronized(updating) {
            try {
                Update(models, origin, engine, patience).run()
            } finally {
                letGo() // also after a refusal: the channel may have withdrawn what is ready
            }
        }

    /** Free the model: another one may be in use from now on. Waits for a photo that is being graded. */
    @Synchronized
    fun letGo() {
        grader?.close()
        grader = null
        opened = null
    }
}
