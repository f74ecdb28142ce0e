package io.skinscore.core

import kotlinx.serialization.json.JsonElement

/** Sends what waits, a batch after the other, and settles what the server says of each; counts what came of it. */
internal class Push(private val store: Store, private val server: Server) {
    var pushed = 0
        private set

    var refused = 0
        private set

    /** Throws [Trouble] also for answers after which no push would come to its end; what is settled stays so. */
    fun run() {
        val copies = mutableSetOf<String>()
        while (true) {
            val waiting = store.unsent(BATCH)
            if (waiting.isEmpty) return
            val records = fitting(waiting.records)
            val verdicts = verdicts(records, waiting.deletes)
            copies += newIds(records, verdicts, copies)
            store.settle(verdicts, records.size)
            count(verdicts.map { it["verdict"].text })
        }
    }

    /** What became of each, in order. A verdict for another id would leave the queue as it is, for ever. */
    private fun verdicts(records: List<Record>, deletes: List<String>): List<JsonElement> {
        val body = json("records" to records.map { it.value }, "deletes" to deletes)
        val results = server.call(Request("POST", "/v1/sync", json = body)).json()["results"].items
        val isOfAll = results.map { it["id"].text } == records.map { it.id } + deletes
        return if (isOfAll && results.all { holds(it, deletes) }) results else throw unanswered()
    }

    /** Under which ids our copies go on after a conflict. One of [copies] that meets another would go on for ever. */
    private fun newIds(records: List<Record>, verdicts: List<JsonElement>, copies: Set<String>): List<String> {
        val contested = verdicts.filter { it["verdict"].text == "conflict" }.mapNotNull { it["id"].text }
        if (contested.any { it in copies }) {
            throw Trouble("unexpected", "the server holds another record under every id: try again later")
        }
        return records.filter { it.id in contested }.map(Ids::secondId)
    }

    private fun count(verdicts: List<String?>) {
        pushed += verdicts.count { it == "created" || it == "deleted" }
        refused += verdicts.count { it == "invalid" }
    }

    internal companion object {
        const val BATCH = 200 // items; the server takes no more
        const val BATCH_BYTES = 900_000 // the server takes 1 MiB

        /** As many from the front as one request may carry. */
        fun fitting(waiting: List<Record>): List<Record> {
            var size = 0
            return waiting.filterIndexed { place, record ->
                size += record.value.canonical().size + 2
                size <= BATCH_BYTES || place == 0
            }
        }

        /** Whether it answers what was asked: a delete is made or refused, a conflict comes with the other record. */
        private fun holds(verdict: JsonElement, deletes: List<String>): Boolean {
            val id = verdict["id"].text
            return when (verdict["verdict"].text) {
                "deleted", "invalid" -> true
                "created", "duplicate" -> id !in deletes && verdict["seq"].whole != null
                "conflict" -> id !in deletes && verdict["record"]["id"].text == id && verdict["seq"].whole != null
                else -> false
            }
        }

        private fun unanswered() = Trouble("unexpected", "the server did not answer for every record: try again later")
    }
}
