package io.skinscore.app

import android.view.Gravity
import android.widget.LinearLayout
import android.widget.TextView

/** The way between the four screens. */
class NavBar(private val kit: Kit, private val onGo: (Screen) -> Unit) {
    private val look = kit.look
    private val items = Screen.entries.associateWith(::item)

    val view: LinearLayout =
        LinearLayout(kit.context).apply {
            setBackgroundColor(look.card)
            items.values.forEach {
                addView(
                    it,
                    LinearLayout.LayoutParams(0, LinearLayout.LayoutParams.WRAP_CONTENT, 1f),
                )
            }
        }

    fun show(screen: Screen) =
        items.forEach { (one, item) ->
            val colour = if (one == screen) look.accent else look.soft
            item.isSelected = one == screen // screen readers say "selected"
            item.setTextColor(colour)
            item.setCompoundDrawablesRelativeWithIntrinsicBounds(
                null,
                Icon(one, colour, look.dp(24)),
                null,
                null,
            )
        }

    private fun item(screen: Screen): TextView =
        kit.bold(kit.words.of(screen.word), 12f).apply {
            gravity = Gravity.CENTER
            maxLines = 1
            compoundDrawablePadding = look.dp(2)
            minHeight = look.dp(BAR)
            setPadding(0, look.dp(8), 0, look.dp(8))
            background = look.touchable(look.shape(0, 0))
            setOnClickListener { onGo(screen) }
        }

    private companion object {
        const val BAR = 60 // dp
    }
}
