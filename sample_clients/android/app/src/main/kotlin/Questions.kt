package io.skinscore.app

import android.app.AlertDialog
import android.content.ClipData
import android.content.ClipDescription
import android.content.ClipboardManager
import android.os.PersistableBundle
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
        val copy = kit.button(words.of("account.codeCopy")) { copy(code) }
        val body = kit.column(shown, kit.text(words.of("account.codeLead"), 15f), copy)
        val done = Reply(words.of("account.codeDone")) { model.codeWritten() }
        return kit.ask(words.of("account.codeTitle"), body, done, no = null)
    }

    /** Marked as a secret, so that Android 13 and later do not show it in full. */
    private fun copy(code: String) {
        val clip = ClipData.newPlainText(words.of("account.codeTitle"), code)
        clip.description.extras =
            PersistableBundle().apply { putBoolean(ClipDescription.EXTRA_IS_SENSITIVE, true) }
        checkNotNull(kit.context.getSystemService(ClipboardManager::class.java))
            .setPrimaryClip(clip)
    }

    private fun consent(text: ConsentText): AlertDialog {
        val (word, kind) =
            if (text.agreed) "account.consentWithdraw" to Kind.DANGER
            else "account.consentAgree" to Kind.QUIET
        val yes = Reply(words.of(word), kind) { model.answer(agreed = !text.agreed) }
        val no = Reply(words.of("action.cancel")) { model.answer(agreed = null) }
        return kit.ask(words.of("account.consent.sync"), text.text, yes, no)
    }
}
