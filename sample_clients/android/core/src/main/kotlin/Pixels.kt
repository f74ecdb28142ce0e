package io.skinscore.core

/**
 * 8-bit sRGB pixels, row by row; width and height in px. Of more than three [channels] the first three count: red,
 * green, blue (so what `Bitmap.copyPixelsToBuffer` gives of an ARGB_8888 bitmap fits, with four).
 */
class Pixels(val width: Int, val height: Int, val channels: Int, val bytes: ByteArray) {
    init {
        val whole = width > 0 && height > 0 && channels >= 3 && bytes.size.toLong() == 1L * width * height * channels
        if (!whole) throw Trouble("photo-unreadable", "the photo's pixels are not what its size says")
    }

    /** What an EXIF orientation (1..8) says, undone: the photo as its maker saw it. Others are taken as they lie. */
    fun upright(orientation: Int): Pixels = when (orientation) {
        2 -> walked(width - 1, -1, width, false)
        3 -> walked(width * height - 1, -1, -width, false)
        4 -> walked(width * (height - 1), 1, -width, false)
        5 -> walked(0, width, 1, true)
        6 -> walked(width * (height - 1), -width, 1, true)
        7 -> walked(width * height - 1, -width, -1, true)
        8 -> walked(width - 1, width, -1, true)
        else -> this
    }

    /** The pixels from [start] on, going on by [right] for the next column and by [down] for the next row. */
    private fun walked(start: Int, right: Int, down: Int, swapped: Boolean): Pixels {
        val (columns, rows) = if (swapped) height to width else width to height
        val turned = ByteArray(bytes.size)
        var to = 0
        for (row in 0 until rows) {
            var from = (start + row * down) * channels
            repeat(columns) {
                bytes.copyInto(turned, to, from, from + channels)
                to += channels
                from += right * channels
            }
        }
        return Pixels(columns, rows, channels, turned)
    }
}
