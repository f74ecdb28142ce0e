package io.skinscore.core

import java.io.File
import java.io.IOException

/**
 * Fetches files of a bundle into [folder]: no byte twice, none too many, and nothing under its name before its hash is
 * right.
 *
 * What has arrived lies in NAME.part. A download that broke off goes on from there, also after a restart; `If-Range`
 * makes sure that both halves are of the same file.
 */
internal class Download(
    private val origin: Origin,
    private val folder: File,
    private val patience: Patience,
    private val free: (File) -> Long = File::getUsableSpace,
) {
    /** Throws [Trouble] `no-room` before anything is fetched that would fill the disk. */
    fun insistOnRoom(parts: List<Offer.Part>) {
        folder.mkdirs()
        val missing = parts.sumOf { it.bytes - arrived(it) }
        val room = free(folder)
        if (missing == 0L || missing + ROOM <= room) return
        val needs = "the new model needs ${(missing + ROOM) / MB} MB of room and ${room / MB} are free"
        throw Trouble("no-room", "$needs: make room, try again")
    }

    /** Have one file whole in the folder. Throws [Trouble]; what arrived is kept unless it is wrong. */
    fun fetch(part: Offer.Part) {
        val file = folder.resolve(part.path)
        if (part.fits(file)) return
        file.parentFile.mkdirs()
        val unfinished = unfinished(file)
        try {
            Files.named { Partial(unfinished, part) }.use {
                complete(it, part)
                it.settle()
            }
        } catch (_: Wrong) {
            unfinished.delete()
            throw Trouble("damaged", "${part.path} arrived damaged: try again")
        }
        Files.replace(file, unfinished)
    }

    /** Fetch what is missing; a connection that breaks is taken up again as long as it gets further than all before. */
    private fun complete(partial: Partial, part: Offer.Part) {
        var (fruitless, furthest) = 0 to partial.size
        while (!partial.isWhole) {
            val before = partial.size
            try {
                append(partial, part)
                if (partial.size == before) throw Wrong() // an answer that is complete and brings nothing
            } catch (error: IOException) { // the connection broke; asking for it again is what mends that
                fruitless = if (partial.size > furthest) 0 else fruitless + 1
                furthest = maxOf(furthest, partial.size)
                if (fruitless == patience.tries) throw brokeOff(partial, part, error)
                patience.wait(Patience.pause(fruitless))
            }
        }
    }

    private fun append(partial: Partial, part: Offer.Part) {
        val start = partial.size
        opened(part, start).use { stream ->
            if (stream.status != PARTIAL) {
                partial.restart()
            } else if (stream.contentRange?.startsWith("bytes $start-") != true) {
                throw Wrong()
            }
            partial.addAll(stream.body)
        }
    }

    private fun opened(part: Offer.Part, start: Long): Stream {
        val range = if (start > 0) mapOf("Range" to "bytes=$start-", "If-Range" to "\"${part.sha256}\"") else emptyMap()
        try {
            return origin.stream("/v1/models/files/${part.sha256}", range + ("Accept-Encoding" to "identity"))
        } catch (trouble: Trouble) {
            if (trouble.code != "range-not-satisfiable") throw trouble
            throw Wrong() // the server's file ends before the signed one does
        }
    }

    private fun arrived(part: Offer.Part): Long {
        val file = folder.resolve(part.path)
        val there = if (file.exists()) file else unfinished(file)
        return minOf(there.length(), part.bytes)
    }

    private fun unfinished(file: File) = file.resolveSibling("${file.name}.part")

    private fun brokeOff(partial: Partial, part: Offer.Part, cause: IOException): Trouble {
        val done = "%.1f of %.1f MB".format(null, partial.size / MB.toDouble(), part.bytes / MB.toDouble())
        return Trouble("offline", "the download broke off at $done; next time it goes on from there", cause)
    }

    private companion object {
        const val ROOM = 16L shl 20 // bytes that stay free for the history and everything else on the device
        const val MB = 1_000_000L
        const val PARTIAL = 206
    }
}
