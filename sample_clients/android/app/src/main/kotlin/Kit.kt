package io.skinscore.app

import android.R.attr.state_enabled
import android.annotation.TargetApi
import android.content.Context
import android.graphics.Typeface
import android.graphics.drawable.GradientDrawable
import android.graphics.text.LineBreakConfig
import android.os.Build
import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.Button
import android.widget.LinearLayout
import android.widget.TextView

/** Makes the plain parts of the screens, all in one look. */
class Kit(val context: Context) {
    val look = Look(context)
    val words = Words.of(context.resources.configuration)

    fun text(text: CharSequence, size: Float = 16f, colour: Int = look.ink): TextView =
        TextView(context).apply {
            this.text = text
            textSize = size
            setTextColor(colour)
            setLineSpacing(0f, 1.15f)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) breakBetweenWords(this)
        }

    /** Korean would else be broken inside its words. */
    @TargetApi(Build.VERSION_CODES.TIRAMISU)
    private fun breakBetweenWords(view: TextView) {
        view.lineBreakWordStyle = LineBreakConfig.LINE_BREAK_WORD_STYLE_PHRASE
    }

    /** Smaller and softer. */
    fun aside(text: CharSequence): TextView = text(text, 14f, look.soft)

    fun bold(text: CharSequence, size: Float = 16f): TextView =
        text(text, size).apply { typeface = Typeface.create("sans-serif-medium", Typeface.NORMAL) }

    /** What a screen or a part of one is about; screen readers jump from one to the next. */
    fun heading(text: CharSequence, size: Float = 17f): TextView =
        bold(text, size).apply { if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) lead(this) }

    @TargetApi(Build.VERSION_CODES.P)
    private fun lead(view: TextView) {
        view.isAccessibilityHeading = true
    }

    fun title(text: CharSequence): TextView =
        heading(text, 26f).apply { setPadding(0, look.dp(16), 0, 0) }

    fun button(text: CharSequence, kind: Kind = Kind.PLAIN, onClick: () -> Unit): Button =
        Button(context, null, 0).apply {
            this.text = text
            textSize = 16f
            gravity = Gravity.CENTER
            typeface = Typeface.create("sans-serif-medium", Typeface.NORMAL)
            minHeight = look.dp(Look.TOUCH)
            isClickable = true
            isFocusable = true
            setPadding(look.dp(18), look.dp(10), look.dp(18), look.dp(10))
            setOnClickListener { onClick() }
            dress(this, kind)
        }

    private fun dress(button: Button, kind: Kind) {
        val (fill, ink) =
            when (kind) {
                Kind.PRIMARY -> look.accent to look.accentInk
                Kind.PLAIN -> look.card to look.ink
                Kind.QUIET -> 0 to look.accent
                Kind.DANGER -> look.card to look.danger
            }
        val pale = if (kind == Kind.PRIMARY) look.accentTint else fill
        val isFramed = kind == Kind.PLAIN || kind == Kind.DANGER
        val shape =
            look.shape(
                look.states(state_enabled, fill, pale),
                12,
                if (isFramed) look.line else null,
            )
        button.background = look.touchable(shape)
        button.setTextColor(look.states(state_enabled, ink, look.soft))
    }

    /** Things below each other, [gap] dp apart. */
    fun column(vararg parts: View?, gap: Int = 12): LinearLayout =
        line(LinearLayout.VERTICAL, gap, parts)

    /** Things beside each other, [gap] dp apart. */
    fun row(vararg parts: View?, gap: Int = 12): LinearLayout =
        line(LinearLayout.HORIZONTAL, gap, parts).apply { gravity = Gravity.CENTER_VERTICAL }

    private fun line(orientation: Int, gap: Int, parts: Array<out View?>): LinearLayout =
        LinearLayout(context).apply {
            this.orientation = orientation
            dividerDrawable = GradientDrawable().apply { setSize(look.dp(gap), look.dp(gap)) }
            showDividers = LinearLayout.SHOW_DIVIDER_MIDDLE
            val width = if (orientation == LinearLayout.VERTICAL) MATCH_PARENT else WRAP_CONTENT
            parts.filterNotNull().forEach {
                addView(it, it.layoutParams ?: ViewGroup.LayoutParams(width, WRAP_CONTENT))
            }
        }

    /** A white field with what belongs together. */
    fun card(vararg parts: View?, gap: Int = 12): LinearLayout =
        column(*parts, gap = gap).apply {
            background = look.shape(look.card, Look.RADIUS, look.line)
            setPadding(look.dp(16), look.dp(16), look.dp(16), look.dp(16))
        }

    /** Something to notice. */
    fun notice(vararg parts: View?): LinearLayout =
        column(*parts, gap = 8).apply {
            background = look.shape(look.accentWash, Look.RADIUS)
            setPadding(look.dp(16), look.dp(14), look.dp(16), look.dp(14))
        }
}

enum class Kind {
    PRIMARY,
    PLAIN,
    QUIET,
    DANGER,
}

/** It takes the room that is left in a row. */
fun <T : View> T.filling(): T = apply {
    layoutParams = LinearLayout.LayoutParams(0, WRAP_CONTENT, 1f)
}
