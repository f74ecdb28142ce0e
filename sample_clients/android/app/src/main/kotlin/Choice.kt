package io.skinscore.app

import android.R.attr.state_checked
import android.graphics.drawable.Drawable
import android.graphics.drawable.GradientDrawable
import android.view.Gravity
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.RadioButton

/** One of several as round fields, of which one is chosen; screen readers say so. */
class Choice<T>(
    private val kit: Kit,
    private val options: List<T>,
    name: (T) -> String,
    onChoose: (T) -> Unit,
) : Flow(kit.context, kit.look.dp(8)) {
    private val fields = options.map { option -> field(name(option)) { onChoose(option) } }

    init {
        fields.forEach(::addView)
    }

    /** Show which one it is. */
    fun mark(chosen: T) =
        fields.forEachIndexed { place, field -> field.isChecked = options[place] == chosen }

    private fun field(name: String, onChoose: () -> Unit): RadioButton =
        RadioButton(kit.context).apply {
            val look = kit.look
            text = name
            textSize = 15f
            buttonDrawable = null
            gravity = Gravity.CENTER
            minHeight = look.dp(Look.TOUCH)
            minWidth = look.dp(Look.TOUCH)
            setPadding(look.dp(18), look.dp(6), look.dp(18), look.dp(6))
            setTextColor(look.ink)
            background = look.touchable(shape(look))
            setOnClickListener { onChoose() }
        }

    private fun shape(look: Look): Drawable =
        GradientDrawable().apply {
            cornerRadius = look.dp(Look.TOUCH / 2f)
            color = look.states(state_checked, look.accentTint, look.card)
            setStroke(look.dp(1), look.states(state_checked, look.accentTint, look.line))
        }
}

/** Makes a whole field one of several for screen readers, [described] in words. */
fun View.asChoice(described: String, isChosen: () -> Boolean, onChoose: () -> Unit) {
    contentDescription = described
    isFocusable = true
    setOnClickListener { onChoose() }
    accessibilityDelegate =
        object : View.AccessibilityDelegate() {
            override fun onInitializeAccessibilityNodeInfo(
                host: View,
                info: AccessibilityNodeInfo,
            ) {
                super.onInitializeAccessibilityNodeInfo(host, info)
                info.className = RadioButton::class.java.name
                info.isCheckable = true
                info.isChecked = isChosen()
            }
        }
}
