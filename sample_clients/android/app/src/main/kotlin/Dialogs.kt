package io.skinscore.app

import android.app.AlertDialog
import android.graphics.drawable.InsetDrawable
import android.view.View
import android.widget.Button
import android.widget.FrameLayout

/** One way to answer a question. */
class Reply(val text: String, val kind: Kind = Kind.QUIET, val done: () -> Unit = {})

/**
 * A question in the look of the screens: [yes] does it, [no] leaves it, and [other] is something
 * else. Without [no] it has to be answered.
 */
fun Kit.ask(title: String, body: View, yes: Reply, no: Reply?, other: Reply? = null): AlertDialog {
    val builder = AlertDialog.Builder(context).setTitle(title).setView(inDialog(body))
    builder.setPositiveButton(yes.text) { _, _ -> yes.done() }.setCancelable(no != null)
    no?.let { reply ->
        builder.setNegativeButton(reply.text) { _, _ -> reply.done() }
        builder.setOnCancelListener { reply.done() }
    }
    other?.let { reply -> builder.setNeutralButton(reply.text) { _, _ -> reply.done() } }
    return builder.show().also { dress(it, yes, no, other) }
}

/** The same with a text. */
fun Kit.ask(title: String, text: String, yes: Reply, no: Reply?): AlertDialog =
    ask(title, text(text, 15f), yes, no)

private fun Kit.dress(dialog: AlertDialog, yes: Reply, no: Reply?, other: Reply?) {
    val card = look.shape(look.card, 20)
    dialog.window?.setBackgroundDrawable(InsetDrawable(card, look.dp(20)))
    dress(dialog.getButton(AlertDialog.BUTTON_POSITIVE), yes.kind)
    no?.let { dress(dialog.getButton(AlertDialog.BUTTON_NEGATIVE), it.kind) }
    other?.let { dress(dialog.getButton(AlertDialog.BUTTON_NEUTRAL), it.kind) }
}

private fun Kit.dress(button: Button, kind: Kind) {
    button.isAllCaps = false
    button.setTextColor(
        look.states(
            android.R.attr.state_enabled,
            if (kind == Kind.DANGER) look.danger else look.accent,
            look.soft,
        )
    )
}

/** The margin that a dialog's own parts have. */
private fun Kit.inDialog(content: View): View =
    FrameLayout(context).apply {
        setPadding(look.dp(24), look.dp(12), look.dp(24), 0)
        addView(content)
    }
