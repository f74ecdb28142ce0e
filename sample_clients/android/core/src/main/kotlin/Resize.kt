package io.skinscore.core

import kotlin.math.max
import kotlin.math.min

/**
 * The model's input bytes, size x size x 3 in row, column, channel order: the centred square of side N = min(width,
 * height), resized by exact boxes. Throws [Trouble] `photo-too-small`.
 *
 * Output pixel i covers `[i*N, (i+1)*N)`, source pixel k covers `[k*S, (k+1)*S)`, in units of 1/S source pixel; the
 * whole-number overlaps are the weights. One rounding after both axes. A row's sums (at most 255*N) fit 32 bits, those
 * of both axes (at most 255*N*N) do not.
 */
fun Pixels.modelInput(size: Int): ByteArray {
    val side = min(width, height)
    if (side < size) {
        throw Trouble("photo-too-small", "the photo's shorter side is $side px; the model needs at least $size px")
    }
    val squeeze = Squeeze(this, side, size)
    val sums = LongArray(size * size * 3)
    for (row in 0 until side) squeeze.row(row).addTo(sums, row, side, size)
    return rounded(sums, 1L * side * side)
}

/** Adds one squeezed row to the output rows that it overlaps. */
private fun IntArray.addTo(sums: LongArray, row: Int, side: Int, size: Int) {
    val from = row * size
    val to = from + size
    for (out in from / side..(to - 1) / side) {
        val weight = (min(to, (out + 1) * side) - max(from, out * side)).toLong()
        val start = out * this.size
        for (place in indices) sums[start + place] += weight * this[place]
    }
}

private fun rounded(sums: LongArray, area: Long) = ByteArray(sums.size) { ((sums[it] + area / 2) / area).toByte() }

/** Squeezes rows of the centred square to S places. The line that it gives is used again for the next row. */
private class Squeeze(private val pixels: Pixels, side: Int, private val size: Int) {
    private val left = (pixels.width - side) / 2
    private val top = (pixels.height - side) / 2
    private val line = IntArray(size * 3)

    // For each output place its first and last source pixel; all between them weigh S.
    private val first = IntArray(size) { it * side / size }
    private val last = IntArray(size) { ((it + 1) * side - 1) / size }
    private val firstWeight = IntArray(size) { min((it + 1) * side, (first[it] + 1) * size) - it * side }
    private val lastWeight = IntArray(size) { if (first[it] == last[it]) 0 else (it + 1) * side - last[it] * size }

    fun row(row: Int): IntArray {
        val start = ((top + row) * pixels.width + left) * pixels.channels
        for (out in 0 until size) sum(out, start)
        return line
    }

    private fun sum(out: Int, start: Int) {
        val bytes = pixels.bytes
        val step = pixels.channels
        var at = start + first[out] * step
        val end = start + last[out] * step
        val head = firstWeight[out]
        val tail = lastWeight[out]
        for (colour in 0 until 3) line[out * 3 + colour] = head * bytes.at(at + colour) + tail * bytes.at(end + colour)
        var red = 0
        var green = 0
        var blue = 0
        at += step
        while (at < end) {
            red += bytes.at(at)
            green += bytes.at(at + 1)
            blue += bytes.at(at + 2)
            at += step
        }
        line[out * 3] += size * red
        line[out * 3 + 1] += size * green
        line[out * 3 + 2] += size * blue
    }
}

private fun ByteArray.at(place: Int) = this[place].toInt() and 0xFF
