package io.skinscore.core

import java.io.File
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class DownloadTest {
    @TempDir lateinit var folder: File
    private val bundle = SmallBundle(4)
    private val shelf = Shelf().also { it.put(bundle) }
    private val bytes = bundle.program
    private val part = Offer.Part("model.pte", bytes.size.toLong(), sha256Hex(bytes))
    private val file get() = folder.resolve("model.pte")
    private val unfinished get() = folder.resolve("model.pte.part")

    private fun fetch() = Download(shelf, folder, impatient).fetch(part)

    @Test
    fun `a file that arrives whole has its name and nothing is left beside it`() {
        fetch()
        assertContentEquals(bytes, file.readBytes())
        assertEquals(listOf("model.pte"), folder.list()!!.toList())
    }

    @Test
    fun `a file that is there is not fetched again`() {
        fetch()
        fetch()
        assertEquals(bytes.size.toLong(), shelf.sent)
    }

    @Test
    fun `a line that breaks is taken up where it broke, and no byte comes twice`() {
        shelf.breaks = listOf(70_000L, 0L, 50_000L, Long.MAX_VALUE)
        fetch()
        assertContentEquals(bytes, file.readBytes())
        assertEquals(listOf(null, "bytes=70000-", "bytes=70000-", "bytes=120000-"), shelf.ranges)
        assertEquals(bytes.size.toLong(), shelf.sent)
    }

    @Test
    fun `what arrived before a restart is not fetched again`() {
        shelf.breaks = listOf(70_000L, 0L)
        assertEquals("offline", troubleOf { fetch() })
        assertEquals(70_000, unfinished.length())
        assertFalse(file.exists())
        shelf.breaks = listOf(Long.MAX_VALUE)
        fetch()
        assertEquals(bytes.size.toLong(), shelf.sent)
    }

    @Test
    fun `a line that brings nothing is given up after as many tries as usual`() {
        shelf.breaks = listOf(0L)
        assertEquals("offline", troubleOf { fetch() })
        assertEquals(4, shelf.ranges.size)
    }

    @ParameterizedTest
    @ValueSource(strings = ["flipped", "longer", "shorter"])
    fun `bytes that are not the signed ones are thrown away and fetched anew`(change: String) {
        shelf.spoil(part.sha256) {
            when (change) {
                "flipped" -> it.reversedArray()
                "longer" -> it + 0
                else -> it.copyOf(it.size - 1)
            }
        }
        assertEquals("damaged", troubleOf { fetch() })
        assertEquals(emptyList(), folder.list()!!.toList())
        shelf.put(bundle)
        fetch()
        assertContentEquals(bytes, file.readBytes())
    }

    @Test
    fun `a file that does not end is not read on`() {
        shelf.spoil(part.sha256) { it + ByteArray(5_000_000) }
        assertEquals("damaged", troubleOf { fetch() })
        assertTrue(shelf.sent < bytes.size + 100_000)
    }

    @Test
    fun `bytes of another file that were left behind are not kept`() {
        unfinished.writeText("of another file")
        assertEquals("damaged", troubleOf { fetch() })
        fetch()
        assertContentEquals(bytes, file.readBytes())
    }

    @Test
    fun `more bytes than the file has that were left behind are not kept`() {
        unfinished.writeBytes(ByteArray(bytes.size + 1))
        fetch()
        assertContentEquals(bytes, file.readBytes())
    }

    @Test
    fun `a server that sends the whole file instead of the rest is understood`() {
        unfinished.writeBytes(bytes.copyOf(500))
        val stubborn = object : Origin by shelf {
            override fun stream(path: String, headers: Map<String, String>) = shelf.stream(path, headers - "Range")
        }
        Download(stubborn, folder, impatient).fetch(part)
        assertContentEquals(bytes, file.readBytes())
    }

    @Test
    fun `a server that always begins anew is not asked for ever`() {
        shelf.breaks = List(50) { if (it % 2 == 0) 70_000L else 50_000L }
        val forgetful = object : Origin by shelf {
            override fun stream(path: String, headers: Map<String, String>) = shelf.stream(path, emptyMap())
        }
        assertEquals("offline", troubleOf { Download(forgetful, folder, impatient).fetch(part) })
        assertEquals(1 + impatient.tries, shelf.ranges.size)
    }

    @Test
    fun `another piece than the one asked for is refused`() {
        unfinished.writeBytes(bytes.copyOf(500))
        val shifted = object : Origin by shelf {
            override fun stream(path: String, headers: Map<String, String>) =
                shelf.stream(path, headers + ("Range" to "bytes=400-"))
        }
        assertEquals("damaged", troubleOf { Download(shifted, folder, impatient).fetch(part) })
    }
}
