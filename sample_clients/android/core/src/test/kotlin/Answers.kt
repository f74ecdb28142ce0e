package io.skinscore.core

import java.io.ByteArrayInputStream
import java.io.IOException
import java.util.Collections
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject

/** Answers each request by the next of [answers], the last one for ever; null is no answer. */
class Scripted(vararg val answers: (() -> Answer)?) : Transport {
    val asked: MutableList<Request> = Collections.synchronizedList(mutableListOf())

    override fun send(request: Request): Answer {
        val answer = answers[minOf(asked.size, answers.lastIndex)]
        asked += request
        return answer?.invoke() ?: throw IOException("no answer")
    }
}

/** A JSON answer, or a problem document. */
fun answer(status: Int, body: JsonElement, vararg headers: Pair<String, String>): () -> Answer = {
    val kind = if (status < 400) "application/json; charset=utf-8" else "application/problem+json"
    Answer(status, mapOf("content-type" to kind) + headers, ByteArrayInputStream(body.canonical()))
}

fun problem(status: Int, slug: String, vararg headers: Pair<String, String>) =
    answer(status, json("type" to "urn:skinscore:problem:$slug", "title" to "No"), *headers)

/** A note with this id. */
fun noteNamed(id: String, text: String = "x"): Record =
    checkNotNull(Record.of(json("id" to id, "kind" to "note", "score_id" to "s", "text" to text)))

/** What the server answers to a pull. */
fun page(vararg records: Pair<Record, Int>, deleted: List<String> = emptyList()): JsonObject =
    json(
        "records" to records.map { (record, seq) -> json("seq" to seq, "record" to record.value) },
        "tombstones" to deleted.map { json("id" to it) },
        "next_cursor" to "c",
        "head" to json("count" to 1),
    )

/** What the server says of one pushed record or delete. */
fun verdict(id: String, kind: String, vararg more: Pair<String, Any>) =
    json("id" to id, "verdict" to kind, *more)
