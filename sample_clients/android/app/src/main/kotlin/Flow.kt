package io.skinscore.app

import android.content.Context
import android.view.ViewGroup
import kotlin.math.max

/** Children beside each other, going on in the next row where there is no room; [gap] px apart. */
open class Flow(context: Context, private val gap: Int) : ViewGroup(context) {
    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        measureChildren(
            MeasureSpec.makeMeasureSpec(MeasureSpec.getSize(widthSpec), MeasureSpec.AT_MOST),
            MeasureSpec.UNSPECIFIED,
        )
        setMeasuredDimension(
            MeasureSpec.getSize(widthSpec),
            flow(MeasureSpec.getSize(widthSpec)) { _, _, _ -> },
        )
    }

    override fun onLayout(changed: Boolean, left: Int, top: Int, right: Int, bottom: Int) {
        flow(right - left) { place, x, y ->
            val child = getChildAt(place)
            child.layout(x, y, x + child.measuredWidth, y + child.measuredHeight)
        }
    }

    /** Tells where each child goes; the height of all rows. */
    private fun flow(width: Int, put: (place: Int, x: Int, y: Int) -> Unit): Int {
        var (x, y, rowHeight) = Triple(0, 0, 0)
        for (place in 0 until childCount) {
            val child = getChildAt(place)
            if (x > 0 && x + child.measuredWidth > width) {
                x = 0
                y += rowHeight + gap
                rowHeight = 0
            }
            put(
                place,
                if (layoutDirection == LAYOUT_DIRECTION_RTL) width - x - child.measuredWidth else x,
                y,
            )
            x += child.measuredWidth + gap
            rowHeight = max(rowHeight, child.measuredHeight)
        }
        return y + rowHeight
    }
}
