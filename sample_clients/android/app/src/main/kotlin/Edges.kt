package io.skinscore.app

import android.app.Activity
import android.os.Build
import android.view.View
import android.view.WindowInsets
import android.view.WindowInsetsController.APPEARANCE_LIGHT_NAVIGATION_BARS
import android.view.WindowInsetsController.APPEARANCE_LIGHT_STATUS_BARS

/** Keeps what matters clear of the system's bars, cut-outs and keyboard; since Android 15 apps lie below them. */
internal object Edges {
    fun kept(activity: Activity, look: Look, content: View): View {
        content.setBackgroundColor(look.ground)
        content.setOnApplyWindowInsetsListener { view, insets -> insets.also { pad(view, it) } }
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            val light = if (look.isNight) 0 else LIGHT_BARS
            activity.window.insetsController?.setSystemBarsAppearance(light, LIGHT_BARS)
        }
        return content
    }

    private fun pad(view: View, insets: WindowInsets) {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return padBefore11(view, insets)
        val edges = insets.getInsets(WindowInsets.Type.systemBars() or WindowInsets.Type.displayCutout() or WindowInsets.Type.ime())
        view.setPadding(edges.left, edges.top, edges.right, edges.bottom)
    }

    @Suppress("DEPRECATION") // the only way before Android 11
    private fun padBefore11(view: View, insets: WindowInsets) =
        insets.run { view.setPadding(systemWindowInsetLeft, systemWindowInsetTop, systemWindowInsetRight, systemWindowInsetBottom) }

    private const val LIGHT_BARS = APPEARANCE_LIGHT_STATUS_BARS or APPEARANCE_LIGHT_NAVIGATION_BARS
}
