package io.skinscore.app

import android.app.AlertDialog
import android.content.ClipData
import android.content.ClipboardManager
import io.skinscore.core.ConsentText

/**
 * What is asked in between: to write the recovery code down, and to agree to a text. One after the
 * other.
 */
class Questions(private val kit: Kit, private val model: ScreenModel) {
    private val words = kit.words
    private var asked: Any? = null
    private var dialog: AlertDialog? = null

    fun show(state: State) {
        val question = state.recoveryCode ?: state.consent
        if (question === asked) return
        close()
        asked = question
        dialog =
            when (question) {
                is String -> code(question)
                is ConsentText -> consent(question)
                else -> null
            }
    }

    /** Not answered; it is asked again. */
    fun close() {
        dialog?.dismiss()
        dialog = null
        asked = null
    }

    private fun code(code: String): AlertDialog {
        val shown = kit.bold(code, 20f).apply { setTextIsSelectable(true) }
        return AlertDialog.Builder(kit.context)
            .setTitle(words.of("account.codeTitle"))
            .setView(
                kit.inDialog(
                    kit.column(
                        shown,
                        kit.text(words.of("account.codeLead"), 15f),
                        kit.button(words.of("account.codeCopy")) { copy(code) },
                    )
                )
            )
            .setPositiveButton(words.of("account.codeDone")) { _, _ -> model.codeWritten() }
            .setCancelable(false)
            .show()
    }

    private fun copy(code: String) =
        checkNotNull(kit.context.getSystemService(ClipboardManager::class.java))
            .setPrimaryClip(ClipData.newPlainText(words.of("account.codeTitle"), code))

    private fun consent(text: ConsentText): AlertDialog {
        val builder =
            AlertDialog.Builder(kit.context)
                .setTitle(words.of("account.consent.sync"))
                .setMessage(text.text)
                .setNegativeButton(words.of("action.cancel")) { _, _ -> model.answer(null) }
                .setOnCancelListener { model.answer(null) }
        if (text.agreed) {
            builder.setPositiveButton(words.of("account.consentWithdraw")) { _, _ ->
                model.answer(false)
            }
        } else {
            builder.setPositiveButton(words.of("account.consentAgree")) { _, _ ->
                model.answer(true)
            }
        }
        return builder.show()
    }
}
