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
    private val push = Push(store, server)
    private var pulled = 0

    /** Throws [Trouble]; whatever was done until then stays done. */
    fun run(): SyncOutcome {
        store.tryAgain("quota-exceeded")
        var head = round()
        if (!isSame(head)) {
            pullAll()
            head = round()
        }
        return SyncOutcome(push.pushed, pulled, push.refused, complete = isSame(head))
    }

    private fun round(): JsonElement? {
        push.run()
        try {
            return pull()
        } catch (trouble: Trouble) {
            if (trouble.code != "cursor-expired") throw trouble
        }
        pullAll()
        push.run()
        return pull()
    }

    /** All pages after the stored cursor; the head of the last one. */
    private fun pull(): JsonElement? {
        pages { pulled += records(it).size + tombstones(it).size }
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

    private companion object {
        const val NOT_MODIFIED = 304

        fun records(page: JsonElement) = page["records"].items.map { it["record"]["id"].text }

        fun tombstones(page: JsonElement) = page["tombstones"].items.map { it["id"].text }

        fun known(values: Map<String, String?>) =
            values.mapNotNull { (name, value) -> value?.let { name to it } }.toMap()
    }
}
