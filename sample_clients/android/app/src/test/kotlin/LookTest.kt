package io.skinscore.app

import android.graphics.Color
import kotlin.math.max
import kotlin.math.min
import kotlin.test.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment

/** The colours of the screens. */
@RunWith(RobolectricTestRunner::class)
class LookTest {
    @Test
    fun `letters stand out from what they lie on, by day and by night`() {
        for (night in listOf("notnight", "night")) {
            RuntimeEnvironment.setQualifiers("+$night")
            val look = Look(RuntimeEnvironment.getApplication())
            val grounds = listOf(look.ground, look.card, look.accentWash)
            val letters =
                listOf(look.ink, look.soft, look.accent, look.danger).flatMap { ink ->
                    grounds.map { ink to it }
                }
            val buttons = listOf(look.accentInk to look.accent, look.ink to look.accentTint)
            for ((ink, ground) in letters + buttons) assertTrue(
                contrast(ink, ground) >= 4.5,
                "$night %x on %x".format(ink, ground),
            )
        }
    }

    /** The contrast ratio of WCAG 2. */
    private fun contrast(one: Int, other: Int): Double {
        val (first, second) = Color.luminance(one) to Color.luminance(other)
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }
}
