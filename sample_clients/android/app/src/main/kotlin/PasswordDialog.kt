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
        val dialog =
            AlertDialog.Builder(kit.context)
                .setTitle(words.of(title))
                .setView(
                    kit.inDialog(
                        kit.column(lead?.let { kit.text(words.of(it), 15f) }, password.view)
                    )
                )
                .setPositiveButton(words.of(title)) { _, _ -> onPassword(password.text) }
                .setNegativeButton(words.of("action.cancel"), null)
                .show()
        val go = dialog.getButton(AlertDialog.BUTTON_POSITIVE)
        go.isEnabled = false
        password.onText { go.isEnabled = password.text.isNotEmpty() }
    }
}
