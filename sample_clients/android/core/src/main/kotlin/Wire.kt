package io.skinscore.core

import java.io.Closeable
import java.io.IOException
import java.io.InputStream
import kotlinx.serialization.json.JsonElement

/** One request: [path] from the server's root on, a body as [json] or as [body]. */
class Request(
    val method: String,
    val path: String,
    val query: Map<String, String> = emptyMap(),
    val headers: Map<String, String> = emptyMap(),
    val json: JsonElement? = null,
    val body: ByteArray? = null,
) {
    init {
        if (!path.startsWith("/")) throw Trouble("unexpected", "the server names an address outside itself: $path")
    }

    internal fun with(more: Map<String, String>) = Request(method, path, query, more + headers, json, body)
}

/** What came back; [stream] is still on its way. */
class Answer(val status: Int, headers: Map<String, String>, val stream: InputStream) : Closeable by stream {
    private val headers = headers.mapKeys { it.key.lowercase() }

    /** All of the body. Throws `IOException` when the connection breaks. */
    val body: ByteArray by lazy { stream.use { it.readBytes() } }

    /** A header's value, whatever the letters of its [name]. */
    fun header(name: String): String? = headers[name.lowercase()]

    /** The body as JSON. Throws [Trouble]. */
    fun json(): JsonElement =
        parseJson(body) ?: throw Trouble("unexpected", "the server's answer is no JSON: check the network")
}

/** Carries one request. */
fun interface Transport {
    /** Throws `IOException` when there is no answer. The caller closes the answer. */
    @Throws(IOException::class)
    fun send(request: Request): Answer
}
