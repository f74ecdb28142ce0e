package io.skinscore.app

import android.content.Context
import android.content.res.ColorStateList
import android.content.res.Configuration
import android.graphics.drawable.Drawable
import android.graphics.drawable.GradientDrawable
import android.graphics.drawable.RippleDrawable
import android.os.Build
import io.skinscore.core.Heat
import kotlin.math.roundToInt

/** The colours and measures of the screens, by day and by night; the same as the web client's. */
class Look(context: Context) {
    private val density = context.resources.displayMetrics.density

    /** Android 10 brought a night that the system's own parts follow. */
    val isNight =
        Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q &&
            context.resources.configuration.uiMode and Configuration.UI_MODE_NIGHT_MASK ==
                Configuration.UI_MODE_NIGHT_YES

    val ground = if (isNight) 0xFF161816.toInt() else 0xFFFAF8F5.toInt()
    val card = if (isNight) 0xFF1E211F.toInt() else 0xFFFFFFFF.toInt()
    val ink = if (isNight) 0xFFEEECE7.toInt() else 0xFF22201D.toInt()
    val soft = if (isNight) 0xFFAAA69D.toInt() else 0xFF655F57.toInt()
    val line = if (isNight) 0xFF343834.toInt() else 0xFFE6E0D8.toInt()
    val accent = if (isNight) 0xFF7FD0C0.toInt() else 0xFF1D6B60.toInt()
    val accentInk = if (isNight) 0xFF0D2A25.toInt() else 0xFFFFFFFF.toInt()
    val accentTint = if (isNight) 0xFF2A4A44.toInt() else 0xFFD5E7E2.toInt()
    val accentRange = if (isNight) 0xFF3F7268.toInt() else 0xFF9FC7BE.toInt()
    val accentWash = if (isNight) 0xFF1D2C29.toInt() else 0xFFEEF5F3.toInt()
    val danger = if (isNight) 0xFFF0958A.toInt() else 0xFF9C3326.toInt()

    /** What heat maps are drawn in: it lies on a photo, so that it is the same by night. */
    val up = OPAQUE or Heat.UP
    val down = OPAQUE or Heat.DOWN

    /** So many dp in px. */
    fun dp(size: Int): Int = (size * density).roundToInt()

    /** The same to the fraction of a px. */
    fun dp(size: Float): Float = size * density

    /** A filled shape with round corners of [radius] dp, and a thin edge where [edge] is given. */
    fun shape(fill: Int, radius: Int, edge: Int? = null, width: Int = 1): Drawable =
        shape(ColorStateList.valueOf(fill), radius, edge, width)

    /** The same in colours that change with its state. */
    fun shape(fill: ColorStateList, radius: Int, edge: Int? = null, width: Int = 1): Drawable =
        GradientDrawable().apply {
            color = fill
            cornerRadius = dp(radius.toFloat())
            if (edge != null) setStroke(dp(width), edge)
        }

    /**
     * One colour while a view has a state, such as [android.R.attr.state_checked], another while
     * not.
     */
    fun states(state: Int, on: Int, off: Int) =
        ColorStateList(arrayOf(intArrayOf(state), intArrayOf()), intArrayOf(on, off))

    /** The shape, answering to a touch. */
    fun touchable(shape: Drawable): Drawable =
        RippleDrawable(ColorStateList.valueOf(accent and 0xFFFFFF or RIPPLE), shape, shape)

    companion object {
        const val RADIUS = 14 // dp
        const val TOUCH = 48 // dp, the least height of what is touched
        private const val OPAQUE = 0xFF shl 24
        private const val RIPPLE = 0x30 shl 24
    }
}
