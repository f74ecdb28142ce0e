package io.skinscore.core

import kotlinx.serialization.json.JsonElement

/** What one sync did; [complete] when both sides hold the same records. */
data class SyncOutcome(val pushed: Int = 0, val pulled: Int = 0, val refused: Int = 0, val complete: Boolean = false)

/**
 * Bring the local history and the server's together: push what waits, pull what is new in pages of [limit], compare,
 * repair.
 *
 * After 410 (the server was restored or wiped) the client pulls from nothing and pushes again every record and
 * tombstone that the listing lacks; it never deletes anything without a tombstone.
 */
internal class Sync(private val store: Store, private val server: Server, private val limit: Int? = null) {
    private var outcome = SyncOutcome()

    /** Throws [Trouble]; whatever was done until then stays done. */
    fun run(): SyncOutcome {
        store.tryAgain("quota-exceeded")
        var head = round()
        if (!isSame(head)) {
            pullAll()
            head = round()
        }
        return outcome.copy(complete = isSame(head))
    }

    private fun round(): JsonElement? {
        push()
        try {
            return pull()
        } catch (trouble: Trouble) {
            if (trouble.code != "cursor-expired") throw trouble
        }
        pullAll()
        push()
        return pull()
    }

    private fun push() {
        while (true) {
            val waiting = store.unsent(BATCH)
            if (waiting.isEmpty) return
            val records = fitting(waiting.records)
            val verdicts = verdicts(records, waiting.deletes)
            store.settle(verdicts, records.size)
            count(verdicts.map { it["verdict"].text })
            if (store.unsent(BATCH) == waiting) throw unanswered()
        }
    }

    /** What became of each, in order. A verdict for another id would leave the queue as it is, for ever. */
    private fun verdicts(records: List<Record>, deletes: List<String>): List<JsonElement> {
        val body = json("records" to records.map { it.value }, "deletes" to deletes)
        val results = server.call(Request("POST", "/v1/sync", json = body)).json()["results"].items
        if (results.map { it["id"].text } != records.map { it.id } + deletes) throw unanswered()
        return results
    }

    private fun count(verdicts: List<String?>) {
        outcome =
            outcome.copy(
                pushed = outcome.pushed + verdicts.count { it == "created" || it == "deleted" },
                refused = outcome.refused + verdicts.count { it == "invalid" },
            )
    }

    /** All pages after the stored cursor; the head of the last one. */
    private fun pull(): JsonElement? {
        pages { outcome = outcome.copy(pulled = outcome.pulled + records(it).size + tombstones(it).size) }
        return store.setting("head")?.let { parseJson(it.encodeToByteArray()) }
    }

    /** Every page from the start, then queue what the server lacks. */
    private fun pullAll() {
        val live = mutableSetOf<String?>()
        val deleted = mutableSetOf<String?>()
        store.set(mapOf("cursor" to null))
        pages {
            live += records(it)
            deleted += tombstones(it)
        }
        store.queueMissing(live, deleted)
    }

    private fun pages(see: (JsonElement) -> Unit) {
        while (true) {
            val page = page() ?: return
            see(page)
            if (page["has_more"].flag != true) return
        }
    }

    /** The next page, stored; null when the server has nothing newer than what is here. */
    private fun page(): JsonElement? {
        val (cursor, etag) = store.setting("cursor") to store.setting("etag")
        val query = mapOf("cursor" to cursor, "limit" to limit?.toString())
        val unless = if (cursor != null && etag != null) mapOf("If-None-Match" to etag) else emptyMap()
        val answer = server.call(Request("GET", "/v1/sync", known(query), unless))
        if (answer.status == NOT_MODIFIED) return null
        val page = answer.json()
        val next = page["next_cursor"].text
        if (next == null || (next == cursor && page["has_more"].flag == true)) {
            throw Trouble("unexpected", "the server's history does not come to its end: try again later")
        }
        store.apply(page, answer.header("ETag"))
        return page
    }

    private fun isSame(head: JsonElement?): Boolean {
        val refused = store.refused
        val live = store.live.filter { it.id !in refused }
        return head["count"].whole == live.size.toLong() && head["xor"].text == Record.fold(live)
    }

    internal companion object {
        const val BATCH = 200 // items; the server takes no more
        const val BATCH_BYTES = 900_000 // the server takes 1 MiB
        const val NOT_MODIFIED = 304

        /** As many from the front as one request may carry. */
        fun fitting(waiting: List<Record>): List<Record> {
            var size = 0
            return waiting.filterIndexed { place, record ->
                size += record.value.canonical().size + 2
                size <= BATCH_BYTES || place == 0
            }
        }

        private fun unanswered() = Trouble("unexpected", "the server did not answer for every record: try again later")

        private fun records(page: JsonElement) = page["records"].items.map { it["record"]["id"].text }

        private fun tombstones(page: JsonElement) = page["tombstones"].items.map { it["id"].text }

        private fun known(values: Map<String, String?>) =
            values.mapNotNull { (name, value) -> value?.let { name to it } }.toMap()
    }
}
