package io.skinscore.core

import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardOpenOption.READ
import java.nio.file.attribute.PosixFilePermission.OWNER_READ
import java.nio.file.attribute.PosixFilePermission.OWNER_WRITE
import java.nio.file.attribute.PosixFilePermissions
import java.nio.file.Files as Disk

/** What must appear whole on disk, or not at all. Every fault is a [Trouble]: `no-room` or `storage`. */
object Files {
    /** Write beside the target, flush to disk, rename, flush the folder. A full disk leaves the old file, or none. */
    fun writeAtomically(bytes: ByteArray, file: File) = named {
        val folder = file.absoluteFile.parentFile
        Disk.createDirectories(folder.toPath())
        val unfinished = folder.resolve(".${file.name}.unfinished")
        try {
            makePrivate(unfinished)
            FileOutputStream(unfinished).use {
                it.write(bytes)
                it.fd.sync()
            }
            replace(file, unfinished)
        } finally {
            unfinished.delete() // there is none any more when all went well
        }
    }

    /** Put what is whole in its place, and make the new name last. */
    internal fun replace(file: File, whole: File) = named {
        Disk.move(whole.toPath(), file.toPath(), ATOMIC_MOVE)
        flush(file.absoluteFile.parentFile)
    }

    /** Take a file away for good; none there is as well. */
    fun remove(file: File) = named {
        if (Disk.deleteIfExists(file.toPath())) flush(file.absoluteFile.parentFile)
    }

    /** An empty file for its owner alone, in place of what a process left there that was killed. */
    private fun makePrivate(file: File) {
        Disk.deleteIfExists(file.toPath())
        Disk.createFile(file.toPath(), PosixFilePermissions.asFileAttribute(setOf(OWNER_READ, OWNER_WRITE)))
    }

    private fun flush(folder: File) = FileChannel.open(folder.toPath(), READ).use { it.force(true) }

    /** The work, its faults told as [Trouble]. */
    internal fun <T> named(work: () -> T): T =
        try {
            work()
        } catch (error: IOException) {
            throw trouble(error)
        }

    /** Java knows a full disk only by the system's words for it, which are never translated. */
    private fun trouble(error: IOException): Trouble {
        val full = listOf("No space left", "ENOSPC", "Disk quota", "EDQUOT").any { it in error.message.orEmpty() }
        val (code, what) =
            if (full) "no-room" to "no room is left on the disk: make room" else "storage" to "${error.message}"
        return Trouble(code, "$what; try again, what was saved before is safe", error)
    }
}
