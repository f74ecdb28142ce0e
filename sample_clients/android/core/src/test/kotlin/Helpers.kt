package io.skinscore.core

import kotlin.test.assertFailsWith

/** As many tries as usual, no waiting. */
val impatient = Patience(tries = 4) {}

/** The code of the [Trouble] that the work ends in. */
fun troubleOf(work: () -> Unit): String = assertFailsWith<Trouble>(block = work).code

/** A photo is never graded, a model never loaded. */
object NoEngine : Engine {
    override fun decode(photo: ByteArray): Pixels = throw Trouble("test", "nothing is graded here")

    override fun load(bundle: ModelBundle): Scorer = throw Trouble("test", "nothing is graded here")
}
