package io.skinscore.app

import android.view.Gravity
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.ViewGroup.LayoutParams.WRAP_CONTENT
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.ScrollView
import kotlin.math.min

/** One of the four screens. */
interface Page {
    val view: View

    fun show(state: State)
}

/** What scrolls, no wider than one reads well. */
fun Kit.scrolling(content: LinearLayout): ScrollView =
    ScrollView(context).apply {
        isFillViewport = true
        content.setPadding(look.dp(20), 0, look.dp(20), look.dp(32))
        addView(narrow(content, WRAP_CONTENT), FrameLayout.LayoutParams(MATCH_PARENT, WRAP_CONTENT))
    }

/** No wider than one reads well, in the middle. */
fun Kit.narrow(content: View, height: Int): View = Narrow(content, look.dp(WIDEST), height)

/** Keeps [content] in the middle and at most [widest] px wide. */
private class Narrow(content: View, private val widest: Int, height: Int) :
    FrameLayout(content.context) {
    init {
        addView(content, LayoutParams(MATCH_PARENT, height, Gravity.CENTER_HORIZONTAL))
    }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        val width = MeasureSpec.getSize(widthSpec)
        getChildAt(0).layoutParams.width = min(width, widest)
        super.onMeasure(widthSpec, heightSpec)
    }
}

private const val WIDEST = 600 // dp

/** Shown or gone. */
var View.shown: Boolean
    get() = visibility == View.VISIBLE
    set(value) {
        visibility = if (value) View.VISIBLE else View.GONE
    }
