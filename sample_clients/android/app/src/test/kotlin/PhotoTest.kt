package io.skinscore.app

import android.graphics.Bitmap
import android.graphics.Color
import io.skinscore.core.Trouble
import io.skinscore.core.get
import io.skinscore.core.items
import io.skinscore.core.modelInput
import io.skinscore.core.parseJson
import io.skinscore.core.sha256Hex
import io.skinscore.core.text
import java.io.ByteArrayOutputStream
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** Android's own decoders. */
@RunWith(RobolectricTestRunner::class)
class PhotoTest {
    @Test
    fun `the golden photos become the input bytes of all clients`() {
        val golden = parseJson(Committed.bundle.resolve("golden.json").readBytes())["photos"].items
        val found =
            golden.indices.map { sha256Hex(Photo.decode(SomeHistory.photo(it)).modelInput(224)) }
        assertEquals(golden.map { it["input_sha256"].text }, found)
    }

    @Test
    fun `what is transparent lies over white`() {
        val photo = Photo.decode(file(Bitmap.CompressFormat.PNG) { Color.argb(51, 255, 100, 0) })
        assertEquals(listOf(255, 224, 204), photo.bytes.take(3).map { it.toInt() and 0xFF })
    }

    @Test
    fun `a photo that was held sideways is turned`() {
        val lying =
            file(Bitmap.CompressFormat.JPEG) { x -> if (x < 8) Color.BLACK else Color.WHITE }
        val (plain, turned) = Photo.decode(lying) to Photo.decode(tagged(lying, orientation = 6))
        assertEquals(
            listOf(16, 24, 24, 16),
            listOf(plain.width, plain.height, turned.width, turned.height),
        )
        assertContentEquals(plain.upright(6).bytes, turned.bytes)
    }

    @Test
    fun `what is no photo is refused`() {
        assertEquals(
            "photo-unreadable",
            assertFailsWith<Trouble> { Photo.decode(ByteArray(100)) }.code,
        )
        val cut = SomeHistory.photo(0).copyOf(40)
        assertEquals("photo-unreadable", assertFailsWith<Trouble> { Photo.decode(cut) }.code)
    }

    @Test
    fun `a photo whose lower part never arrived is refused, not graded grey`() {
        val whole = file(Bitmap.CompressFormat.JPEG) { Color.rgb(16 * it, 120, 90) }
        val cut = whole.copyOf(whole.size * 9 / 10)
        assertEquals("photo-unreadable", assertFailsWith<Trouble> { Photo.decode(cut) }.code)
        assertEquals(24, Photo.decode(whole + ByteArray(1000)).height)
    }

    /** 16 x 24 px, each column in a colour of its own. */
    private fun file(format: Bitmap.CompressFormat, colour: (x: Int) -> Int): ByteArray {
        val colours = IntArray(16 * 24) { colour(it % 16) }
        val bytes = ByteArrayOutputStream()
        Bitmap.createBitmap(colours, 16, 24, Bitmap.Config.ARGB_8888).compress(format, 100, bytes)
        return bytes.toByteArray()
    }

    /** The JPEG with an EXIF block that holds its orientation alone. */
    private fun tagged(jpeg: ByteArray, orientation: Int): ByteArray {
        val tiff =
            byteArrayOf(
                0x4D,
                0x4D,
                0,
                42,
                0,
                0,
                0,
                8,
                0,
                1,
                0x01,
                0x12,
                0,
                3,
                0,
                0,
                0,
                1,
                0,
                orientation.toByte(),
                0,
                0,
                0,
                0,
                0,
                0,
            )
        val block = "Exif".encodeToByteArray() + byteArrayOf(0, 0) + tiff
        val length = block.size + 2
        val header =
            byteArrayOf(0xFF.toByte(), 0xE1.toByte(), (length shr 8).toByte(), length.toByte())
        return jpeg.copyOf(2) + header + block + jpeg.drop(2).toByteArray()
    }
}
