package io.skinscore.app

import android.view.View

/** The name, what the server has, and what went well or wrong. */
class Head(private val kit: Kit) {
    private val words = kit.words
    private val name = kit.bold("SkinScore", 17f).apply { setTextColor(kit.look.accent) }
    private val state = kit.aside("")
    private val told =
        kit.text("", 15f).apply { accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE }
    private val message = kit.notice(told)

    val view: View =
        kit.column(kit.row(name.filling(), state), message).apply {
            setPadding(kit.look.dp(20), kit.look.dp(14), kit.look.dp(20), kit.look.dp(6))
        }

    fun show(state: State) {
        this.state.text = status(state)
        message.shown = state.message != null
        told.text = state.message?.let(::words).orEmpty()
    }

    private fun words(message: Message): String =
        when (message) {
            is Message.Said -> words.of(message.key, *message.values)
            is Message.Failed -> words.of(message.fault)
        }

    private fun status(state: State): String =
        when {
            !state.held.signedIn -> ""
            Task.SYNC in state.busy -> words.of("status.syncing")
            state.held.unsent.isEmpty() -> words.of("status.synced")
            else -> words.of("status.unsent", "count" to state.held.unsent.size)
        }
}
