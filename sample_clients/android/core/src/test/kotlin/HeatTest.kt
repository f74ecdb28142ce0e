package io.skinscore.core

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

class HeatTest {
    @Test
    fun `a map grows as in the Python client`() {
        // The first rows of Pillow's Image.fromarray(np.eye(3)).resize((5, 5), BICUBIC).
        val pillow = listOf(
            1.162335f, 0.668403f, -0.075472f, -0.078006f, 0.005696f,
            0.668403f, 0.579973f, 0.395522f, 0.098296f, -0.078006f,
        )
        val found = Heat.grown(floatArrayOf(1f, 0f, 0f, 0f, 1f, 0f, 0f, 0f, 1f), 5)
        assertEquals(25, found.size)
        for ((place, wanted) in pillow.withIndex()) assertEquals(wanted, found[place], 1e-5f)
    }

    @Test
    fun `a layer is orange up, purple down, clear at nothing and most opaque at its scale`() {
        fun at(value: Float) = Heat.layer(FloatArray(49) { value }, scale = 2.0, side = 1).single()
        assertEquals(191 shl 24 or 0xE66100, at(2f))
        assertEquals(191 shl 24 or 0x5D3A9B, at(-9f))
        assertEquals(0, at(0f) ushr 24)
        assertEquals(96, at(1f) ushr 24)
    }

    @Test
    fun `the centre of a map is that of its positive part`() {
        assertEquals(listOf(0.75, 0.75), Heat.centre(floatArrayOf(0f, 0f, -5f, 2f)))
        assertNull(Heat.centre(FloatArray(4) { -1f }))
    }
}
