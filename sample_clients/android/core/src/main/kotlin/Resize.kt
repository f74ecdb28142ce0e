package io.skinscore.core

import kotlin.math.max
import kotlin.math.min

/**
 * The model's input bytes, size x size x 3 in row, column, channel order: the centred square of side N = min(width,
 * height), resized by exact boxes. Throws [Trouble] `photo-too-small`.
 *
 * Output place i covers `[i*N, (i+1)*N)`, source place k covers `[k*S, (k+1)*S)`, in units of 1/S source pixel; the
 * whole-number overlaps are the weights. One rounding after both axes.
 */
fun Pixels.modelInput(size: Int): ByteArray {
    val side = min(width, height)
    if (side < size) {
        throw Trouble("photo-too-small", "the photo's shorter side is $side px; the model needs at least $size px")
    }
    val input = ByteArray(size * size * 3)
    val square = Square(this, side, size)
    for (row in 0 until size) square.squeeze(row, input)
    return input
}

/** The centred square of N = [side] px, one output row of S = [size] places after the other. */
private class Square(private val pixels: Pixels, private val side: Int, private val size: Int) {
    private val left = (pixels.width - side) / 2
    private val top = (pixels.height - side) / 2
    private val area = 1L * side * side

    /** Of each column and channel the weighted sum over an output row: at most 255*N, so that 32 bits hold it. */
    private val columns = IntArray(side * pixels.channels)

    fun squeeze(out: Int, input: ByteArray) {
        columns.fill(0)
        for (row in covered(out)) add(row, overlap(out, row))
        var at = out * size * 3
        for (place in 0 until size) for (colour in 0 until 3) input[at++] = mean(place, colour)
    }

    /** Nearly all of the time goes here: a plain loop over neighbours in memory is what compilers make fast. */
    private fun add(row: Int, weight: Int) {
        val bytes = pixels.bytes
        val sums = columns
        val start = ((top + row) * pixels.width + left) * pixels.channels
        for (place in sums.indices) sums[place] += weight * (bytes[start + place].toInt() and 0xFF)
    }

    /** The sum over both axes is at most 255*N*N: more than 32 bits from N = 2,900 on. */
    private fun mean(place: Int, colour: Int): Byte {
        var sum = area / 2
        for (column in covered(place)) {
            sum += overlap(place, column).toLong() * columns[column * pixels.channels + colour]
        }
        return (sum / area).toByte()
    }

    private fun covered(out: Int) = out * side / size..((out + 1) * side - 1) / size

    private fun overlap(out: Int, source: Int): Int =
        min((out + 1) * side, (source + 1) * size) - max(out * side, source * size)
}
