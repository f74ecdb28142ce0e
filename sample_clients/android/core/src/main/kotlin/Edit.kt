package io.skinscore.core

import kotlinx.serialization.json.JsonElement

/** What happens to a history, collected until all of it is written at once. */
internal class Edit(private val before: History) {
    private val entries = mutableMapOf<String, Entry>()
    private val settings = mutableMapOf<String, String?>()
    private var erased = false

    /** What is to be written; null when nothing is. */
    fun change(): Change? {
        if (erased) return Change(entries, settings, erase = true)
        val changed = entries.filter { (id, entry) -> before.entries[id] != entry }
        val set = settings.filter { (name, value) -> before.settings[name] != value }
        return if (changed.isEmpty() && set.isEmpty()) null else Change(changed, set)
    }

    fun set(values: Map<String, String?>) = settings.putAll(values)

    fun add(record: Record) {
        entries[record.id] = Entry(record, waits = true)
    }

    fun delete(id: String) {
        entries[id] = Entry(body = null, waits = true)
    }

    /** Apply one verdict of a push; an unknown one changes nothing. After a conflict our own copy gets a new id. */
    fun settle(verdict: JsonElement, deleting: Boolean) {
        val id = verdict["id"].text ?: return
        val held = entry(id) ?: return
        val kind = verdict["verdict"].text
        // Deleted here while its push was under way: that delete still has to be sent.
        if (!deleting && kind != "deleted" && held.body == null) return
        when (kind) {
            "deleted" -> bury(id)
            "conflict" -> keepBoth(verdict["record"], verdict["seq"].whole)
            "invalid" -> entries[id] = held.copy(waits = false, refusal = verdict["problem"] ?: json())
            "created", "duplicate" -> entries[id] = held.copy(waits = false, seq = verdict["seq"].whole)
        }
    }

    /** A local delete that waits is not undone by a page. */
    fun apply(page: JsonElement, etag: String?) {
        for (item in page["records"].items) keepBoth(item["record"], item["seq"].whole)
        for (item in page["tombstones"].items) item["id"].text?.let(::bury)
        val head = page["head"]?.canonical()?.decodeToString()
        set(mapOf("cursor" to page["next_cursor"].text, "etag" to etag, "head" to head))
    }

    /**
     * Queue every record and tombstone that a full listing (of both) lacked.
     *
     * A tombstone is lacking also where its record is listed as live: the server's backup was older than the delete.
     */
    fun queueMissing(live: Set<String?>, deleted: Set<String?>) {
        for ((id, entry) in before.entries) {
            val listed = id in deleted || (entry.body != null && id in live)
            if (listed || entry.refusal != null) continue
            entries[id] = entry.copy(seq = null, waits = true) // its number was another history's
        }
    }

    /** Queue what was refused for that reason, which may have passed. */
    fun tryAgain(slug: String) {
        for ((id, entry) in before.entries) {
            if (entry.refusal["type"].text?.endsWith(":$slug") != true) continue
            entries[id] = entry.copy(waits = true, refusal = null)
        }
    }

    fun erase() {
        entries.clear()
        erased = true
        set(PERSONAL.associateWith { null })
    }

    private fun entry(id: String): Entry? = entries[id] ?: before.entries[id]

    private fun bury(id: String) {
        entries[id] = Entry(body = null)
    }

    /** The server's copy under its id; ours, where it says something else, under a new one. Tombstones stay. */
    private fun keepBoth(copy: JsonElement?, seq: Long?) {
        val theirs = Record.of(copy) ?: return
        val held = entry(theirs.id)
        if (held != null && held.body == null) return
        entries[theirs.id] = Entry(theirs, seq)
        held?.body?.takeIf { it != theirs }?.let { add(it.renamed(Ids.secondId(it))) }
    }

    private companion object {
        /** Settings about a person; all others are about the models on this device. */
        val PERSONAL = listOf("account", "email", "attempt", "cursor", "etag", "head")
    }
}
