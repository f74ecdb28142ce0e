package io.skinscore.app

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
    private val cancel = Reply(words.of("action.cancel"))

    fun show() {
        val title = "${words.part(record.part)}, ${words.moment(record.capturedAt)}"
        val save = Reply(words.of("entry.save")) { model.note(record.id, note.text.trim()) }
        kit.ask(
            title,
            content(),
            save,
            cancel,
            Reply(words.of("entry.delete"), Kind.DANGER, ::confirm),
        )
    }

    private fun content(): View {
        note.hint = words.of("entry.noteHint")
        val model = words.of("entry.model", "version" to record.model["version"].text.orEmpty())
        return kit.column(note.view, kit.aside("$model. ${words.of("entry.noPhoto")}"))
    }

    private fun confirm() {
        val delete = Reply(words.of("entry.delete"), Kind.DANGER) { model.delete(record.id) }
        kit.ask(words.of("entry.deleteTitle"), words.of("entry.deleteLead"), delete, cancel)
    }
}
