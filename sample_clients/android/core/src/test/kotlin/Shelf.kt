package io.skinscore.core

import java.io.ByteArrayInputStream
import java.io.IOException
import java.io.InputStream

/** Serves a channel and bundles from memory, with ranges of the file that is meant, over a line that can break. */
class Shelf : Origin {
    private val held = mutableMapOf<String, ByteArray>()

    /** Bytes that each answer to a file brings before the line breaks; one for each, and the last for all others. */
    var breaks = listOf(Long.MAX_VALUE)

    /** Ranges that were asked for, null for a whole file. */
    val ranges = mutableListOf<String?>()

    /** Bytes of files that were sent. */
    var sent = 0L
        private set

    fun put(bundle: SmallBundle) {
        val path = "/v1/models/bundles/${bundle.sha256}"
        held += mapOf(path to bundle.document, "$path/signature" to bundle.signature)
        for (bytes in bundle.files.values) held["/v1/models/files/${sha256Hex(bytes)}"] = bytes
    }

    /** A channel that names [bundle]; [terms] in place of fields. */
    fun name(bundle: SmallBundle, sequence: Int, key: SmallKey = SmallKey.KNOWN, vararg terms: Pair<String, Any>) {
        val usual = listOf(
            "schema" to 1, "channel" to "stable", "sequence" to sequence, "expires_at" to "2999-01-01T00:00:00Z",
            "bundle_sha256" to bundle.sha256, "min_app" to "0.0.0", "rollout_pct" to 100, "rollback" to false,
            "revoked" to emptyList<String>(),
        )
        val document = json(*(usual + terms).toTypedArray()).canonical()
        held += mapOf(CHANNEL to document, "$CHANNEL/signature" to key.sign(document))
    }

    /** Change what lies under a path that holds [part]. */
    fun spoil(part: String, change: (ByteArray) -> ByteArray) {
        val path = held.keys.single { it.endsWith(part) }
        held[path] = change(held.getValue(path))
    }

    override fun fetch(path: String): ByteArray = held[path] ?: throw Trouble("not-found", "not here")

    override fun stream(path: String, headers: Map<String, String>): Stream {
        val bytes = fetch(path)
        val range = headers["Range"].takeIf { headers["If-Range"] == "\"${path.substringAfterLast('/')}\"" }
        ranges += range
        val start = range?.removePrefix("bytes=")?.removeSuffix("-")?.toInt() ?: 0
        if (start > bytes.size) throw Trouble("range-not-satisfiable", "shorter")
        val line = breaks.first()
        breaks = breaks.drop(1).ifEmpty { breaks }
        val status = if (range == null) 200 else 206
        return Stream(status, range?.let { "bytes $start-" }, Line(bytes.copyOfRange(start, bytes.size), line))
    }

    private inner class Line(bytes: ByteArray, private var left: Long) : InputStream() {
        private val inner = ByteArrayInputStream(bytes)

        override fun read(): Int = throw UnsupportedOperationException("one byte after the other takes too long")

        override fun read(into: ByteArray, offset: Int, length: Int): Int {
            if (left == 0L && inner.available() > 0) throw IOException("the line broke")
            val count = inner.read(into, offset, minOf(length.toLong(), left, 10_000).toInt().coerceAtLeast(1))
            if (count > 0) {
                left -= count
                sent += count
            }
            return count
        }
    }

    private companion object {
        const val CHANNEL = "/v1/models/channel"
    }
}
