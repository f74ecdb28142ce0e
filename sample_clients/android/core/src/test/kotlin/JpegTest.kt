package io.skinscore.core

import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import javax.imageio.ImageIO
import kotlin.test.Test
import kotlin.test.assertFalse
import kotlin.test.assertTrue

class JpegTest {
    private val whole = jpeg()

    @Test
    fun `a jpeg is cut off at every place but its end`() {
        assertFalse(isCutOffJpeg(whole))
        for (size in 2 until whole.size) assertTrue(isCutOffJpeg(whole.copyOf(size)), "at $size")
    }

    @Test
    fun `what follows the end, as in a moving photo, does not matter`() {
        assertFalse(isCutOffJpeg(whole + ByteArray(100) { it.toByte() }))
    }

    @Test
    fun `the end of a thumbnail is not the end of the photo`() {
        val length = whole.size + 2
        val block = byteArrayOf(-1, 0xE1.toByte(), (length shr 8).toByte(), length.toByte()) + whole
        val photo = whole.copyOf(2) + block + whole.drop(2)
        assertFalse(isCutOffJpeg(photo))
        assertTrue(isCutOffJpeg(photo.copyOf(photo.size - 2)))
    }

    @Test
    fun `other files are not judged`() {
        assertFalse(isCutOffJpeg(ByteArray(0)))
        assertFalse(isCutOffJpeg(byteArrayOf(0x89.toByte(), 0x50, 0x4E, 0x47)))
    }

    private fun jpeg(): ByteArray {
        val image = BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB)
        for (x in 0 until 40) for (y in 0 until 30) image.setRGB(x, y, x * 7919 * (y + 1))
        return ByteArrayOutputStream().also { ImageIO.write(image, "jpg", it) }.toByteArray()
    }
}
