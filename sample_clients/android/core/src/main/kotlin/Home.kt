package io.skinscore.core

import java.io.File
import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.channels.OverlappingFileLockException
import java.nio.file.StandardOpenOption.CREATE
import java.nio.file.StandardOpenOption.WRITE

/**
 * Makes one client the only one in a folder, so that no two write over each other's history or renew each other's
 * login; the system lets go of it when the process ends. Throws [Trouble] `in-use`.
 */
internal class Home(folder: File) : AutoCloseable {
    private val channel = open(folder)

    init {
        if (!isOurs()) {
            channel.close()
            throw Trouble("in-use", "another client has ${folder.name} open: use that one, or close it first")
        }
    }

    /** What [open] gives; the folder is let go of where it fails. */
    fun <T> keptBy(open: () -> T): T =
        try {
            open()
        } catch (trouble: Trouble) {
            close()
            throw trouble
        }

    /** Let go of the folder. */
    override fun close() = channel.close()

    private fun isOurs(): Boolean =
        try {
            channel.tryLock() != null
        } catch (_: OverlappingFileLockException) {
            false // held by this very process
        }

    private companion object {
        fun open(folder: File): FileChannel =
            try {
                folder.mkdirs()
                FileChannel.open(folder.resolve("lock").toPath(), CREATE, WRITE)
            } catch (error: IOException) {
                throw Trouble("storage", "${folder.name} cannot be used: ${error.message}", error)
            }
    }
}
