package io.skinscore.core

import java.io.File
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject

/** One JSON document, written whole at every change: simple, and enough for one person's thousands of scores. */
class FileStorage(home: File) : Storage {
    private val file = home.resolve("history.json")
    private var history = History()

    override fun read(): History {
        if (file.exists()) history = history(Files.named { file.readBytes() })
        return history
    }

    override fun write(change: Change) {
        val next = history + change
        Files.writeAtomically(document(next).canonical(), file)
        history = next
    }
}

private const val SCHEMA = 1L

private fun document(history: History) =
    json(
        "schema" to SCHEMA,
        "entries" to history.entries.mapValues { (_, entry) -> written(entry) },
        "settings" to history.settings,
    )

private fun written(entry: Entry) =
    json("body" to entry.body?.value, "seq" to entry.seq, "waits" to entry.waits, "refusal" to entry.refusal)

private fun history(document: ByteArray): History {
    val found = parseJson(document)
    if (found["schema"].whole != SCHEMA) throw damaged()
    return History(
        found["entries"].fields.mapValues { (_, entry) -> entry(entry) },
        found["settings"].fields.mapValues { (_, value) -> value.text ?: throw damaged() },
    )
}

private fun entry(found: JsonElement) =
    Entry(
        found["body"].takeIf { it != JsonNull }?.let { Record.of(it) ?: throw damaged() },
        found["seq"].whole,
        found["waits"].flag ?: throw damaged(),
        found["refusal"] as? JsonObject,
    )

private fun damaged() =
    Trouble("history-damaged", "history.json cannot be read: restore it from a backup; nothing was changed")
