package io.skinscore.core

import java.io.File
import java.nio.channels.FileChannel
import java.nio.file.StandardOpenOption.CREATE
import java.nio.file.StandardOpenOption.WRITE
import java.util.Collections.synchronizedSet

/**
 * Makes one client the only one in a folder, so that no two write over each other's history or renew each other's
 * login; the system lets go of it when the process ends. Throws [Trouble] `in-use`, `storage`.
 */
internal class Home(folder: File) : AutoCloseable {
    private val place = Files.named { folder.canonicalFile }
    private var channel: FileChannel? = null
    private var isOpen = true

    init {
        // Closing any channel of a file ends all locks of this process on it: a second one is never opened.
        if (!TAKEN.add(place)) throw inUse()
        keptBy(::lock)
    }

    /** What [open] gives; the folder is let go of where it fails. */
    fun <T> keptBy(open: () -> T): T =
        try {
            open()
        } catch (fault: Throwable) {
            close()
            throw fault
        }

    /** Let go of the folder. */
    @Synchronized
    override fun close() {
        if (!isOpen) return
        isOpen = false
        channel?.close()
        TAKEN -= place
    }

    private fun lock() = Files.named {
        place.mkdirs()
        val opened = FileChannel.open(place.resolve("lock").toPath(), CREATE, WRITE)
        channel = opened
        if (opened.tryLock() == null) throw inUse()
    }

    private fun inUse() = Trouble("in-use", "another client has ${place.name} open: use that one, or close it first")

    private companion object {
        /** Folders that clients of this process have open. */
        val TAKEN: MutableSet<File> = synchronizedSet(mutableSetOf())
    }
}
