package io.skinscore.app

import android.text.Editable
import android.text.InputType
import android.text.TextWatcher
import android.view.View
import android.widget.EditText

/** What is written into a field: how the keyboard looks, and what a password manager fills in. */
enum class Field(val input: Int, val fills: String?) {
    EMAIL(
        InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_EMAIL_ADDRESS,
        View.AUTOFILL_HINT_EMAIL_ADDRESS,
    ),
    PASSWORD(
        InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_PASSWORD,
        View.AUTOFILL_HINT_PASSWORD,
    ),
    CODE(InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS, null),
    NOTE(
        InputType.TYPE_CLASS_TEXT or
            InputType.TYPE_TEXT_FLAG_MULTI_LINE or
            InputType.TYPE_TEXT_FLAG_CAP_SENTENCES,
        null,
    ),
}

/** A text field with its label above it. */
class LabelledField(kit: Kit, label: String, kind: Field) {
    private val edit = EditText(kit.context, null, 0)
    private val name = kit.bold(label, 14f)

    val view: View = kit.column(name, edit, gap = 6)

    var label: String = label
        set(value) {
            field = value
            name.text = value
        }

    var text: String
        get() = edit.text.toString()
        set(value) = edit.setText(value)

    var hint: String = ""
        set(value) {
            field = value
            edit.hint = value
        }

    init {
        dress(kit, kind)
        edit.id = View.generateViewId()
        name.labelFor = edit.id
    }

    /** Told of every key. */
    fun onText(changed: () -> Unit) = edit.addTextChangedListener(Typed(changed))

    private fun dress(kit: Kit, kind: Field) =
        edit.run {
            val look = kit.look
            isFocusableInTouchMode = true
            textSize = 16f
            setTextColor(look.ink)
            setHintTextColor(look.soft)
            background = look.shape(look.ground, 10, look.line)
            setPadding(look.dp(14), look.dp(10), look.dp(14), look.dp(10))
            inputType = kind.input
            minHeight = look.dp(Look.TOUCH) // after the type, which counts in lines
            if (kind.fills != null) setAutofillHints(kind.fills)
            else importantForAutofill = View.IMPORTANT_FOR_AUTOFILL_NO
            if (kind == Field.NOTE) minLines = 3
        }
}

private class Typed(private val changed: () -> Unit) : TextWatcher {
    override fun beforeTextChanged(text: CharSequence, start: Int, count: Int, after: Int) = Unit

    override fun onTextChanged(text: CharSequence, start: Int, before: Int, count: Int) = Unit

    override fun afterTextChanged(text: Editable) = changed()
}

fun Kit.field(label: String, kind: Field) = LabelledField(this, label, kind)
