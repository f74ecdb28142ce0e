package io.skinscore.core

import java.io.ByteArrayInputStream
import java.io.IOException
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject

/**
 * A golden conversation's server, read from a file: each request must be the one written there.
 *
 * Opaque values stand under names such as `$cursor.2`, and the client gets and sends the names themselves; only what
 * the client makes itself (`$attempt.1`) is learnt into [made] at the first time and must come again.
 */
class Player(private val made: MutableMap<String, String>) : Transport {
    private val left = ArrayDeque<JsonElement>()
    val faults = mutableListOf<String>()

    /** The exchanges of the next step. */
    fun expect(exchanges: List<JsonElement>) {
        left += exchanges
    }

    /** How many exchanges did not happen; they never will. */
    fun unused(): Int = left.size.also { left.clear() }

    override fun send(request: Request): Answer {
        val exchange = left.removeFirstOrNull()
        if (exchange == null) {
            faults += "nothing more is written, the client asks ${request.method} ${request.path}"
            throw IOException("no answer")
        }
        compare(expected(exchange["request"].fields, request), asked(request))
        if (exchange["lost"] != null) throw IOException("lost")
        return answer(exchange["response"])
    }

    private fun compare(written: JsonElement, came: JsonElement) {
        if (!written.canonical().contentEquals(came.canonical())) faults += "written: $written\n came: $came"
    }

    /** What is written, with what each client says in its own way. */
    private fun expected(written: Map<String, JsonElement>, request: Request): JsonElement {
        val body = written["body"].fields
        if ("platform" !in body) return JsonObject(written)
        val named = body["idempotency_key"].text
        val sent = request.json["idempotency_key"].text
        if (named != null && sent != null && sent !in made.values) made.putIfAbsent(named, sent)
        val own = json("platform" to About.PLATFORM, "idempotency_key" to (made[named] ?: named))
        return JsonObject(written + ("body" to JsonObject(body + own.filterValues { it != JsonNull })))
    }

    private fun asked(request: Request): JsonElement =
        json(
            "method" to request.method,
            "path" to request.path,
            "query" to request.query,
            "headers" to request.headers,
            "body" to request.json,
        )

    private fun answer(written: JsonElement?): Answer {
        val body = written["body"]?.takeIf { it != JsonNull }?.canonical() ?: ByteArray(0)
        val headers = written["headers"].fields.mapValues { it.value.text.orEmpty() }
        return Answer(checkNotNull(written["status"].whole).toInt(), headers, ByteArrayInputStream(body))
    }
}
