package io.skinscore.core

import java.io.Closeable
import java.io.InputStream

/** Where channel, bundles and files come from; anybody may read them, so no token is sent. [Server] is one. */
interface Origin {
    /** The whole answer. Throws [Trouble] with the problem's type as code, `offline` after all tries. */
    fun fetch(path: String): ByteArray

    /**
     * An answer to be read piece by piece and closed; throws as [fetch] does before the first byte. Reading it throws
     * `IOException` when the connection breaks.
     */
    fun stream(path: String, headers: Map<String, String>): Stream
}

/** A 200 or 206 whose [body] is still on its way. */
class Stream(val status: Int, val contentRange: String?, val body: InputStream) : Closeable by body
