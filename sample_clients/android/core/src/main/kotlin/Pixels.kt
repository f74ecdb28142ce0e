package io.skinscore.core

/**
 * 8-bit sRGB pixels, row by row; width and height in px. Of more than three [channels] the first three count: red,
 * green, blue (so `Bitmap.copyPixelsToBuffer` of an ARGB_8888 bitmap fits with four).
 */
class Pixels(val width: Int, val height: Int, val channels: Int, val bytes: ByteArray) {
    init {
        val whole = width > 0 && height > 0 && channels >= 3 && bytes.size.toLong() == width.toLong() * height * channels
        if (!whole) throw Trouble("photo-unreadable", "the photo's pixels are not what its size says")
    }
}
