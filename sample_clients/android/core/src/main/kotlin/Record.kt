package io.skinscore.core

import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** A score or a note as it is sent and hashed: immutable, integers only, named by a UUID made on the device. */
class Record private constructor(val value: JsonObject, val id: String) {
    /** SHA-256 of the canonical JSON, 64 hex digits. */
    val contentHash: String by lazy { sha256Hex(value.canonical()) }

    val isScore: Boolean get() = value["kind"].text == "score"
    val isNote: Boolean get() = value["kind"].text == "note"
    val capturedAt: String get() = value["captured_at"].text ?: ""
    val part: Int? get() = value["part"].whole?.toInt()
    val model: JsonElement get() = value["model"] ?: JsonNull

    /** Of a note: the score that it is about, and what it says. */
    val scoreId: String? get() = value["score_id"].text
    val text: String get() = value["text"].text ?: ""

    /** One attribute's answer: `grade`, `balanced`, `expected_milli`, `probabilities_e4`. */
    fun answer(attribute: String): JsonElement? = value["attributes"][attribute]

    /** The same content under another id. */
    internal fun renamed(id: String): Record = Record(JsonObject(value + ("id" to JsonPrimitive(id))), id)

    /** Records are equal when their content hashes are. */
    override fun equals(other: Any?): Boolean = other is Record && (this === other || contentHash == other.contentHash)

    override fun hashCode(): Int = id.hashCode()

    override fun toString(): String = value.toString()

    companion object {
        /** Null for JSON that has no id. */
        fun of(value: JsonElement?): Record? = value["id"].text?.let { Record(value as JsonObject, it) }

        /** A new note on a score; empty text takes the note away. */
        fun note(scoreId: String, text: String): Record {
            val id = Ids.uuid7()
            return Record(json("id" to id, "kind" to "note", "score_id" to scoreId, "text" to text), id)
        }

        /** XOR of the first 8 bytes of all content hashes, 16 hex digits: equal on both sides, or something is lost. */
        fun fold(records: Iterable<Record>): String {
            val folded = records.fold(0UL) { sum, record -> sum xor record.contentHash.take(16).toULong(16) }
            return folded.toString(16).padStart(16, '0')
        }
    }
}
