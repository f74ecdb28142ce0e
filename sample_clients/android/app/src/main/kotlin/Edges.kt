package io.skinscore.app

import android.annotation.TargetApi
import android.app.Activity
import android.os.Build
import android.view.View
import android.view.WindowInsets
import android.view.WindowInsetsController.APPEARANCE_LIGHT_NAVIGATION_BARS
import android.view.WindowInsetsController.APPEARANCE_LIGHT_STATUS_BARS

/**
 * Keeps what matters clear of the system's bars, cut-outs and keyboard; since Android 15 apps lie
 * below them.
 */
internal object Edges {
    private const val LIGHT_BARS = APPEARANCE_LIGHT_STATUS_BARS or APPEARANCE_LIGHT_NAVIGATION_BARS

    /** Make [content] what the activity shows. */
    fun show(activity: Activity, look: Look, content: View) {
        content.setBackgroundColor(look.ground)
        content.setOnApplyWindowInsetsListener { view, insets -> insets.also { pad(view, it) } }
        activity.setContentView(content)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) dressBars(activity, look.isNight)
    }

    /** Dark signs on light bars; the window has no controller before it has a content. */
    @TargetApi(Build.VERSION_CODES.R)
    private fun dressBars(activity: Activity, isNight: Boolean) {
        activity.window.insetsController?.setSystemBarsAppearance(
            if (isNight) 0 else LIGHT_BARS,
            LIGHT_BARS,
        )
    }

    private fun pad(view: View, insets: WindowInsets) =
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) padSince11(view, insets)
        else padBefore11(view, insets)

    @TargetApi(Build.VERSION_CODES.R)
    private fun padSince11(view: View, insets: WindowInsets) {
        val kinds =
            WindowInsets.Type.systemBars() or
                WindowInsets.Type.displayCutout() or
                WindowInsets.Type.ime()
        insets.getInsets(kinds).run { view.setPadding(left, top, right, bottom) }
    }

    @Suppress("DEPRECATION") // the only way before Android 11
    private fun padBefore11(view: View, insets: WindowInsets) =
        insets.run {
            view.setPadding(
                systemWindowInsetLeft,
                systemWindowInsetTop,
                systemWindowInsetRight,
                systemWindowInsetBottom,
            )
        }
}
