package io.skinscore.core

import kotlinx.serialization.json.JsonElement

/**
 * Where one person's history lies on disk, for one process at a time. It only keeps; what a change means is worked out
 * by [Store], which calls one function at a time.
 */
interface Storage {
    /** All that is kept, empty at first. Throws [Trouble] `history-damaged` for what cannot be read, and leaves it. */
    fun read(): History

    /** All of a change or nothing: what this reports as done is on disk. Throws [Trouble]; nothing is changed then. */
    fun write(change: Change)
}

/**
 * What is kept under one id. A tombstone has no [body]. [seq] is the server's number, by which the newest note shows;
 * what was never sent has none. [waits] until its push is acknowledged. [refusal]: why the server refused it, a problem
 * document; such a record stays here.
 */
data class Entry(val body: Record?, val seq: Long? = null, val waits: Boolean = false, val refusal: JsonElement? = null)

/** Entries and settings that take the place of others; a setting of null goes. With [erase] all other entries go. */
class Change(val entries: Map<String, Entry>, val settings: Map<String, String?>, val erase: Boolean = false)

/** Small facts by name that are kept with the history, such as the model in use. */
interface Settings {
    fun setting(name: String): String?

    /** All or none; null takes one away. Throws [Trouble]. */
    fun set(values: Map<String, String?>)
}
