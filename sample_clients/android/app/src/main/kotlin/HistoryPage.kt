package io.skinscore.app

import android.graphics.Typeface
import android.view.View
import android.view.ViewGroup
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.widget.BaseAdapter
import android.widget.FrameLayout
import android.widget.ListView
import io.skinscore.core.Record
import io.skinscore.core.get
import io.skinscore.core.whole

/** All scores of this device, the newest first, with their notes. */
class HistoryPage(private val kit: Kit, private val model: ScreenModel) : Page {
    private val words = kit.words
    private val entries = Entries()
    private val count = kit.aside("")
    private val guest =
        kit.notice(
            kit.text(words.of("history.guest"), 15f),
            kit.button(words.of("history.guestAction")) { model.go(Screen.ACCOUNT) },
        )
    private val head = kit.column(kit.title(words.of("history.title")), count, guest)
    private val list =
        ListView(kit.context).apply {
            divider = null
            selector = kit.look.shape(0, 0)
            clipToPadding = false
            setPadding(kit.look.dp(20), 0, kit.look.dp(20), kit.look.dp(24))
            scrollBarStyle = View.SCROLLBARS_OUTSIDE_OVERLAY
            addHeaderView(head, null, false)
            adapter = entries
        }
    private val empty =
        kit.scrolling(
            kit.column(
                kit.title(words.of("history.title")),
                kit.card(
                    kit.heading(words.of("history.empty")),
                    kit.aside(words.of("history.emptyLead")),
                    kit.button(words.of("history.first"), Kind.PRIMARY) { model.go(Screen.GRADE) },
                ),
            )
        )

    private val narrow = kit.narrow(list, MATCH_PARENT)

    override val view: View =
        FrameLayout(kit.context).apply { listOf(narrow, empty).forEach(::addView) }

    override fun show(state: State) {
        val held = state.held
        narrow.shown = held.history.isNotEmpty()
        empty.shown = held.history.isEmpty()
        count.text = words.of("history.count", "count" to held.history.size)
        guest.shown = held.email == null
        entries.show(held)
    }

    private inner class Entries : BaseAdapter() {
        private var held = Held()
        private var records = emptyList<Record>()

        fun show(now: Held) {
            if (now === held) return
            held = now
            records = now.history.asReversed()
            notifyDataSetChanged()
        }

        override fun getCount() = records.size

        override fun getItem(place: Int) = records[place]

        override fun getItemId(place: Int) = place.toLong()

        override fun getView(place: Int, old: View?, parent: ViewGroup): View {
            val entry = entry(records[place])
            val padded = FrameLayout(kit.context)
            padded.setPadding(0, kit.look.dp(6), 0, kit.look.dp(6))
            padded.addView(entry)
            return padded
        }

        private fun entry(record: Record): View {
            val note = held.notes[record.id].orEmpty()
            val lines =
                listOfNotNull(
                    kit.bold(words.moment(record.capturedAt)),
                    kit.aside(beside(record)),
                    kit.text(grades(record), 15f),
                    remark(note).takeIf { note.isNotEmpty() },
                )
            return kit.card(*lines.toTypedArray(), gap = 4).apply {
                background =
                    kit.look.touchable(kit.look.shape(kit.look.card, Look.RADIUS, kit.look.line))
                isFocusable = true
                contentDescription =
                    "${words.moment(record.capturedAt)}, ${beside(record)}. ${grades(record)}. $note"
                setOnClickListener { EntryDialog(kit, model, record, note).show() }
            }
        }

        private fun remark(note: String) =
            kit.aside(note).apply { setTypeface(typeface, Typeface.ITALIC) }

        /** Where, and whether the server has it; guests have nothing to sync. */
        private fun beside(record: Record): String {
            val state =
                when {
                    record.id in held.refused -> words.of("history.refused")
                    held.email != null && record.id in held.unsent -> words.of("history.unsent")
                    else -> null
                }
            return listOfNotNull(words.part(record.part), state).joinToString(" · ")
        }

        private fun grades(record: Record): String =
            held.description
                ?.attributes
                .orEmpty()
                .mapNotNull { attribute ->
                    record.answer(attribute.key)["grade"].whole?.let {
                        "${words.name(attribute)}\u00A0$it"
                    }
                }
                .joinToString(" · ")
    }
}
