package io.skinscore.core

import kotlinx.serialization.json.JsonElement

/**
 * The local history. What [add] and [delete] report as done is on disk, whatever happens next. Any thread may call; a
 * change that fails throws [Trouble] and changes nothing. Open it once, in one process.
 */
class Store(private val storage: Storage) : Settings {
    @Volatile private var history = storage.read()

    /** All records, in the order in which they were made. */
    val live: List<Record> get() = history.live

    /** The text that shows at each score; empty where it was taken away. */
    val notes: Map<String, String> get() = history.notes

    /** Ids of records and deletes that wait. */
    val unsentIds: List<String> get() = history.unsentIds

    /** Records that the server refused, with its reasons; they stay here. */
    val refused: Map<String, JsonElement> get() = history.refused

    /** One live record. */
    fun get(id: String): Record? = history.entries[id]?.body

    /** Keep a new record and queue it. */
    fun add(record: Record) = change { add(record) }

    /** Replace a record by a tombstone and queue that. */
    fun delete(id: String) = change { delete(id) }

    override fun setting(name: String): String? = history.settings[name]

    override fun set(values: Map<String, String?>) = change { set(values) }

    internal fun unsent(limit: Int): Unsent = history.unsent(limit)

    /** Apply the verdicts of a push of so many [records] and then deletes. */
    internal fun settle(verdicts: List<JsonElement>, records: Int) = change {
        verdicts.forEachIndexed { place, verdict -> settle(verdict, deleting = place >= records) }
    }

    /** Store one pulled page and its cursor, together. */
    internal fun apply(page: JsonElement, etag: String?) = change { apply(page, etag) }

    internal fun queueMissing(live: Set<String?>, deleted: Set<String?>) = change { queueMissing(live, deleted) }

    internal fun tryAgain(slug: String) = change { tryAgain(slug) }

    /** Nothing of a person is left; what concerns this device (its models) stays. */
    internal fun erase() = change { erase() }

    /** All or nothing: on disk before anybody sees it. */
    @Synchronized
    private fun change(work: Edit.() -> Unit) {
        val made = Edit(history).apply(work).change() ?: return
        storage.write(made)
        history += made
    }
}
