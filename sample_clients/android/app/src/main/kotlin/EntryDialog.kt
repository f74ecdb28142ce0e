package io.skinscore.app

import android.app.AlertDialog
import android.view.View
import io.skinscore.core.Record
import io.skinscore.core.get
import io.skinscore.core.text

/** One score: its note, and the way to delete it. */
class EntryDialog(
    private val kit: Kit,
    private val model: ScreenModel,
    private val record: Record,
    note: String,
) {
    private val words = kit.words
    private val note = kit.field(words.of("entry.note"), Field.NOTE).apply { text = note }

    fun show() {
        AlertDialog.Builder(kit.context)
            .setTitle("${words.part(record.part)}, ${words.moment(record.capturedAt)}")
            .setView(kit.inDialog(content()))
            .setPositiveButton(words.of("entry.save")) { _, _ ->
                model.note(record.id, note.text.trim())
            }
            .setNegativeButton(words.of("action.cancel"), null)
            .setNeutralButton(words.of("entry.delete")) { _, _ -> ask() }
            .show()
    }

    private fun content(): View {
        note.hint = words.of("entry.noteHint")
        val model = words.of("entry.model", "version" to record.model["version"].text.orEmpty())
        return kit.column(note.view, kit.aside("$model. ${words.of("entry.noPhoto")}"))
    }

    private fun ask() {
        AlertDialog.Builder(kit.context)
            .setTitle(words.of("entry.deleteTitle"))
            .setMessage(words.of("entry.deleteLead"))
            .setPositiveButton(words.of("entry.delete")) { _, _ -> model.delete(record.id) }
            .setNegativeButton(words.of("action.cancel"), null)
            .show()
    }
}
