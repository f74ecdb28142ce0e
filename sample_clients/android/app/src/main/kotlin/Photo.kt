package io.skinscore.app

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.ColorSpace
import android.media.ExifInterface
import io.skinscore.core.Pixels
import io.skinscore.core.Trouble
import io.skinscore.core.isCutOffJpeg
import java.io.IOException
import kotlin.math.max

/** The first step of the preprocessing rule: decode, sRGB, transparency over white, upright. */
object Photo {
    private const val MOST_PIXELS = 50_000_000L
    private const val LONGEST_SIDE = 12_000 // px
    private const val WHITE = 255

    /** A JPEG, PNG, WebP or HEIC file. Throws [Trouble] `photo-unreadable` or `photo-too-large`. */
    fun decode(file: ByteArray): Pixels {
        insistOnSize(file)
        if (isCutOffJpeg(file)) throw unreadable()
        try {
            val bitmap =
                BitmapFactory.decodeByteArray(file, 0, file.size, exactly()) ?: throw unreadable()
            try {
                return rgb(bitmap).upright(orientation(file))
            } finally {
                bitmap.recycle()
            }
        } catch (_: OutOfMemoryError) {
            throw Trouble(
                "photo-too-large",
                "this device has no memory for so large a photo: take a smaller one",
            )
        }
    }

    private fun insistOnSize(file: ByteArray) {
        val bounds = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        BitmapFactory.decodeByteArray(file, 0, file.size, bounds)
        val (width, height) = bounds.outWidth to bounds.outHeight
        if (width <= 0 || height <= 0) throw unreadable()
        if (width.toLong() * height > MOST_PIXELS || max(width, height) > LONGEST_SIDE) {
            throw Trouble(
                "photo-too-large",
                "the photo is larger than 50 megapixels: take a smaller one",
            )
        }
    }

    /**
     * Nothing scaled, nothing subsampled; not premultiplied, since that loses bits of what is
     * transparent.
     */
    private fun exactly() =
        BitmapFactory.Options().apply {
            inPreferredConfig = Bitmap.Config.ARGB_8888
            inPreferredColorSpace = ColorSpace.get(ColorSpace.Named.SRGB)
            inScaled = false
            inSampleSize = 1
            inPremultiplied = false
        }

    private fun rgb(bitmap: Bitmap): Pixels {
        val (width, height) = bitmap.width to bitmap.height
        val bytes = ByteArray(3 * width * height)
        val row = IntArray(width)
        var to = 0
        for (y in 0 until height) {
            bitmap.getPixels(row, 0, width, 0, y, width, 1)
            for (colour in row) {
                val alpha = colour ushr 24
                bytes[to++] = overWhite(colour ushr 16 and 0xFF, alpha)
                bytes[to++] = overWhite(colour ushr 8 and 0xFF, alpha)
                bytes[to++] = overWhite(colour and 0xFF, alpha)
            }
        }
        return Pixels(width, height, 3, bytes)
    }

    private fun overWhite(level: Int, alpha: Int): Byte =
        ((level * alpha + WHITE * (255 - alpha) + 127) / 255).toByte()

    /** EXIF orientation 1..8; a file without one, or with a broken one, is taken as it lies. */
    private fun orientation(file: ByteArray): Int =
        try {
            ExifInterface(file.inputStream())
                .getAttributeInt(ExifInterface.TAG_ORIENTATION, ExifInterface.ORIENTATION_NORMAL)
        } catch (_: IOException) {
            ExifInterface.ORIENTATION_NORMAL
        }

    private fun unreadable() =
        Trouble(
            "photo-unreadable",
            "this file cannot be read as a photo: take it again, or choose another one",
        )
}
