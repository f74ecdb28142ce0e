package io.skinscore.core

import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlinx.serialization.json.JsonElement
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

class ResizeTest {
    @ParameterizedTest
    @MethodSource("cases")
    fun `every golden resize gives the written bytes`(case: JsonElement) {
        val found = made(case, channels = 3).modelInput(case.needInt("size"))
        assertEquals(case.needText("sha256"), sha256Hex(found))
    }

    @Test
    fun `there are sixteen golden resizes`() = assertEquals(16, cases().size)

    @Test
    fun `a fourth channel changes nothing`() {
        val case = cases().last()
        assertEquals(case.needText("sha256"), sha256Hex(made(case, channels = 4).modelInput(case.needInt("size"))))
    }

    @Test
    fun `every golden photo gives the written model input`() {
        val golden = Golden.read(GoldenFiles.reference.resolve("golden.json").readBytes())
        val engine = MadeEngine { madeOutputs() }
        assertEquals(12, golden.photos.size)
        val found = golden.photos.map { sha256Hex(engine.decode(it.png).modelInput(golden.size)) }
        assertEquals(golden.photos.map { it.inputSha256 }, found)
    }

    @Test
    fun `sums beyond 32 bits stay exact`() {
        val side = 3000 // 255 * 3000 * 3000 is more than 2 to the 31
        val white = Pixels(side, side, 3, ByteArray(side * side * 3) { -1 })
        assertContentEquals(byteArrayOf(-1, -1, -1), white.modelInput(1))
    }

    @Test
    fun `a photo of the model's own size is left as it is`() {
        val photo = Pixels(2, 2, 3, ByteArray(12) { (it * 20).toByte() })
        assertContentEquals(photo.bytes, photo.modelInput(2))
    }

    @Test
    fun `a photo smaller than the model's input is refused`() {
        val photo = Pixels(4, 3, 3, ByteArray(36))
        assertEquals("photo-too-small", troubleOf { photo.modelInput(4) })
        assertEquals(27, photo.modelInput(3).size)
    }

    @Test
    fun `bytes that do not fit the size are refused`() {
        assertEquals("photo-unreadable", troubleOf { Pixels(2, 2, 3, ByteArray(3)) })
        assertEquals("photo-unreadable", troubleOf { Pixels(1, 1, 1, ByteArray(1)) })
        assertEquals("photo-unreadable", troubleOf { Pixels(65_536, 65_536, 4, ByteArray(0)) })
    }

    @ParameterizedTest
    @MethodSource("orientations")
    fun `every orientation is undone`(orientation: Int, upright: List<Int>) {
        val lying = Pixels(2, 3, 3, ByteArray(18) { if (it % 3 == 0) (it / 3).toByte() else 9 })
        val turned = lying.upright(orientation)
        assertEquals(upright, turned.bytes.filterIndexed { place, _ -> place % 3 == 0 }.map { it.toInt() })
        assertEquals(if (orientation in 5..8) 3 to 2 else 2 to 3, turned.width to turned.height)
    }

    /** Pixels that any language can compute: (3xx + 5yy + 7xy + 91c + 17 seed) mod 256. */
    private fun made(case: JsonElement, channels: Int): Pixels {
        val (height, width, seed) = listOf("height", "width", "seed").map { case.needInt(it) }
        val bytes = ByteArray(height * width * channels) { place ->
            val (y, x, c) = Triple(place / channels / width, place / channels % width, place % channels)
            (3 * x * x + 5 * y * y + 7 * x * y + 91 * c + 17 * seed).toByte()
        }
        return Pixels(width, height, channels, bytes)
    }

    companion object {
        @JvmStatic
        fun cases(): List<JsonElement> = GoldenFiles.golden["resize"].items

        /** Of a picture two wide and three high, whose pixels are numbered as they lie in the file. */
        @JvmStatic
        fun orientations(): List<Array<Any>> = listOf(
            arrayOf(1, listOf(0, 1, 2, 3, 4, 5)), arrayOf(2, listOf(1, 0, 3, 2, 5, 4)),
            arrayOf(3, listOf(5, 4, 3, 2, 1, 0)), arrayOf(4, listOf(4, 5, 2, 3, 0, 1)),
            arrayOf(5, listOf(0, 2, 4, 1, 3, 5)), arrayOf(6, listOf(4, 2, 0, 5, 3, 1)),
            arrayOf(7, listOf(5, 3, 1, 4, 2, 0)), arrayOf(8, listOf(1, 3, 5, 0, 2, 4)),
            arrayOf(0, listOf(0, 1, 2, 3, 4, 5)), arrayOf(9, listOf(0, 1, 2, 3, 4, 5)),
        )
    }
}
