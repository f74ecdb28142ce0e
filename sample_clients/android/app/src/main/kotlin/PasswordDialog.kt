package io.skinscore.app

import android.app.AlertDialog

/** Asks for the password once more before something that shows much, or cannot be undone. */
class PasswordDialog(
    private val kit: Kit,
    private val title: String,
    private val lead: String?,
    private val onPassword: (String) -> Unit,
) {
    private val words = kit.words
    private val password = kit.field(words.of("account.confirm"), Field.PASSWORD)

    fun show() {
        val body = kit.column(lead?.let { kit.text(words.of(it), 15f) }, password.view)
        val kind = if (lead == null) Kind.QUIET else Kind.DANGER
        val yes = Reply(words.of(title), kind) { onPassword(password.text) }
        val dialog = kit.ask(words.of(title), body, yes, Reply(words.of("action.cancel")))
        val go = dialog.getButton(AlertDialog.BUTTON_POSITIVE)
        go.isEnabled = false
        password.onText { go.isEnabled = password.text.isNotEmpty() }
    }
}
