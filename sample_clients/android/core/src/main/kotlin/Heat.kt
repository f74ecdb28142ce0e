package io.skinscore.core

import kotlin.math.abs
import kotlin.math.max
import kotlin.math.min
import kotlin.math.round
import kotlin.math.sqrt

/** Draws a heat map: orange pushes the grade up, purple pushes it down, one scale for all photos. */
object Heat {
    /** ARGB without alpha; told apart from [DOWN] under the common colour blindnesses. */
    const val UP = 0xE66100

    /** ARGB without alpha. */
    const val DOWN = 0x5D3A9B
    private const val OPAQUE = 0.75 // the largest opacity, so that skin stays visible below

    /**
     * [side] x [side] ARGB colours, not premultiplied, as `Bitmap.createBitmap(colors, …)` takes them. [heat]: a
     * square map, row by row; [scale]: the magnitude that is drawn most opaque.
     */
    fun layer(heat: FloatArray, scale: Double, side: Int): IntArray {
        val large = grown(heat, side)
        return IntArray(large.size) { place ->
            val alpha = round(min(abs(large[place].toDouble()) / scale, 1.0) * OPAQUE * 255).toInt()
            (alpha shl 24) or if (large[place] > 0) UP else DOWN
        }
    }

    /** A square map made larger by bicubic interpolation, as Pillow does it. */
    internal fun grown(heat: FloatArray, side: Int): FloatArray {
        val small = sideOf(heat)
        val taps = List(side) { Taps.around((it + 0.5) * small / side, small) }
        val wide = FloatArray(small * side) { taps[it % side].sum { place -> heat[it / side * small + place] } }
        return FloatArray(side * side) { taps[it / side].sum { place -> wide[place * side + it % side] } }
    }

    /** Row and column of the centre of a square map's positive part, 0..1; null where nothing is positive. */
    internal fun centre(heat: FloatArray): List<Double>? {
        val side = sideOf(heat)
        val warm = heat.indices.filter { heat[it] > 0 }
        if (warm.isEmpty()) return null
        val sum = warm.sumOf { heat[it].toDouble() } * side
        val row = warm.sumOf { heat[it] * (it / side + 0.5) } / sum
        return listOf(row, warm.sumOf { heat[it] * (it % side + 0.5) } / sum)
    }

    private fun sideOf(heat: FloatArray): Int = sqrt(heat.size.toDouble()).toInt()
}

/** Source places from [first] on, and their weights for one output place, which sum to 1. */
private class Taps(private val first: Int, private val weights: FloatArray) {
    inline fun sum(value: (place: Int) -> Float): Float {
        var sum = 0f
        for (offset in weights.indices) sum += weights[offset] * value(first + offset)
        return sum
    }

    companion object {
        fun around(centre: Double, size: Int): Taps {
            val first = max(0, (centre - 1.5).toInt()) // towards zero, as Pillow does
            val end = min(size, (centre + 2.5).toInt())
            val raw = (first until end).map { cubic(it - centre + 0.5) }
            val sum = raw.sum()
            return Taps(first, FloatArray(raw.size) { (raw[it] / sum).toFloat() })
        }

        /** Keys' cubic convolution with a = -0.5. */
        private fun cubic(distance: Double): Double {
            val x = abs(distance)
            return when {
                x < 1 -> (1.5 * x - 2.5) * x * x + 1
                x < 2 -> ((-0.5 * x + 2.5) * x - 4) * x + 2
                else -> 0.0
            }
        }
    }
}
