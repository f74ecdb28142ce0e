package io.skinscore.core

import kotlin.math.max
import kotlin.math.min
import kotlin.math.pow
import kotlin.random.Random

/** How often the client asks, and how it [wait]s so many seconds in between. */
class Patience(val tries: Int, val wait: (Double) -> Unit) {
    companion object {
        private const val FIRST_PAUSE = 1.0 // s
        private const val LONGEST_ASKED = 31_536_000L // s, a year

        /** Seconds that it waits by itself; who is asked to wait longer is told so. */
        const val LONGEST = 30.0

        /** Statuses after which asking again may help. */
        val AGAIN = setOf(429, 500, 502, 503, 504)

        val USUAL = Patience(tries = 4) { Thread.sleep((it * 1000).toLong()) }

        /** Full jitter: anything up to 1 s, 2 s, 4 s … */
        fun pause(attempt: Int): Double = Random.nextDouble() * min(LONGEST, FIRST_PAUSE * 2.0.pow(attempt))

        /** Seconds that the server asks to wait; 0 when it does not. */
        fun asked(answer: Answer): Long = min(LONGEST_ASKED, max(0, answer.header("Retry-After")?.toLongOrNull() ?: 0))
    }
}
