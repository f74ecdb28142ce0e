package io.skinscore.core

import java.io.Closeable
import java.io.File
import java.io.InputStream
import java.io.RandomAccessFile
import java.security.MessageDigest

/** Bytes that are not those of the bundle. */
internal class Wrong : Exception()

/**
 * A [file] that grows until it is what the bundle lists as [part]; what it holds already counts. Throws `IOException`
 * where it cannot be opened and read.
 */
internal class Partial(private val file: File, private val part: Offer.Part) : Closeable {
    private val grown = RandomAccessFile(file, "rw")
    private val digest = MessageDigest.getInstance("SHA-256")

    /** Bytes that have arrived. */
    var size = 0L
        private set

    val isWhole: Boolean get() = size == part.bytes

    init {
        if (grown.length() > part.bytes) restart()
        if (grown.length() > 0) file.forEachBlock { bytes, count -> count(bytes, count) }
        grown.seek(size)
    }

    /** Nothing of it has arrived. */
    fun restart() {
        if (grown.length() > 0) Files.named { grown.setLength(0) }
        size = 0
        digest.reset()
    }

    /**
     * All that is still to come. Throws [Wrong] when it is more than the bundle lists, [Trouble] when the disk is full,
     * `IOException` when the connection breaks.
     */
    fun addAll(coming: InputStream) {
        val block = ByteArray(BLOCK)
        while (true) {
            val count = coming.read(block)
            if (count < 0) return
            if (size + count > part.bytes) throw Wrong()
            Files.named { grown.write(block, 0, count) }
            count(block, count)
        }
    }

    /** All is there, and on the disk. Throws [Wrong] when it is not what was signed. */
    fun settle() {
        if (hex(digest.digest()) != part.sha256) throw Wrong()
        Files.named { grown.fd.sync() }
    }

    override fun close() = grown.close()

    private fun count(bytes: ByteArray, count: Int) {
        digest.update(bytes, 0, count)
        size += count
    }

    private companion object {
        const val BLOCK = 1 shl 16 // bytes
    }
}
