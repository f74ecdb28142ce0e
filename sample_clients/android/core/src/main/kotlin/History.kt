package io.skinscore.core

import kotlinx.serialization.json.JsonElement

/** One person's history as a value: [entries] by id, [settings] by name. */
class History(val entries: Map<String, Entry> = emptyMap(), val settings: Map<String, String> = emptyMap()) {
    /** All records, in the order in which they were made. */
    val live: List<Record>
        get() = entries.values.mapNotNull { it.body }.sortedBy { it.id }

    /** Records that the server refused, with its reasons. */
    val refused: Map<String, JsonElement>
        get() = entries.mapNotNull { (id, entry) -> entry.refusal?.let { id to it } }.toMap()

    /** Ids of records and deletes that wait, in order. */
    val unsentIds: List<String>
        get() = entries.filterValues { it.waits }.keys.sorted()

    /** The text that shows at each score: the note with the highest seq; one still unsent will get a higher one. */
    val notes: Map<String, String>
        get() = entries.values
            .filter { it.body?.isNote == true }
            .sortedWith(compareBy({ it.seq ?: Long.MAX_VALUE }, { it.body?.id }))
            .mapNotNull { it.body }
            .associate { (it.scoreId ?: "") to it.text }

    /** Records and deletes still to push, at most [limit] of both. */
    fun unsent(limit: Int): Unsent {
        val waiting = unsentIds.take(limit).map { it to entries.getValue(it).body }
        return Unsent(waiting.mapNotNull { it.second }, waiting.filter { it.second == null }.map { it.first })
    }

    /** This history after a change. */
    operator fun plus(change: Change): History {
        val kept = if (change.erase) emptyMap() else entries
        val set = change.settings.mapNotNull { (name, value) -> value?.let { name to it } }
        return History(kept + change.entries, settings - change.settings.keys + set)
    }
}

/** What waits to be pushed. */
data class Unsent(val records: List<Record>, val deletes: List<String>) {
    val isEmpty: Boolean get() = records.isEmpty() && deletes.isEmpty()
}
