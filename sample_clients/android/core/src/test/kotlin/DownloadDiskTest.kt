package io.skinscore.core

import java.io.File
import java.nio.file.Files.createSymbolicLink
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.io.TempDir

/** Downloads where the disk is in the way. */
class DownloadDiskTest {
    @TempDir lateinit var folder: File
    private val bundle = SmallBundle(4)
    private val shelf = Shelf().also { it.put(bundle) }
    private val part = Offer.Part("model.pte", bundle.program.size.toLong(), sha256Hex(bundle.program))
    private val file get() = folder.resolve("model.pte")
    private val unfinished get() = folder.resolve("model.pte.part")

    private fun fetch() = Download(shelf, folder, impatient).fetch(part)

    @Test
    fun `a place that cannot be written to is told as such`() {
        unfinished.mkdir()
        assertEquals("storage", troubleOf { fetch() })
    }

    @Test
    fun `too little room is told before anything is fetched`() {
        val small = Download(shelf, folder, impatient) { 3_000_000 }
        assertEquals("no-room", troubleOf { small.insistOnRoom(listOf(part)) })
        assertEquals(emptyList(), shelf.ranges)
    }

    @Test
    fun `what is there needs no room`() {
        fetch()
        Download(shelf, folder, impatient) { 0 }.insistOnRoom(listOf(part))
        Download(shelf, folder, impatient) { part.bytes + (16 shl 20) }.insistOnRoom(listOf(part, part))
    }

    @Test
    fun `a disk that fills up during the download is told as such`() {
        val full = File("/dev/full")
        assumeTrue(full.exists(), "this system has no /dev/full, where every write finds the disk full")
        createSymbolicLink(unfinished.toPath(), full.toPath())
        assertEquals("no-room", troubleOf { fetch() })
        assertFalse(file.exists())
        unfinished.delete()
    }
}
