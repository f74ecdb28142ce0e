package io.skinscore.app

import android.annotation.TargetApi
import android.app.Activity
import android.os.Build
import android.window.OnBackInvokedCallback
import android.window.OnBackInvokedDispatcher

/**
 * Where "back" leads: from a result to the camera, from the other screens to the first, from there
 * out of the app.
 */
internal class Back(private val activity: Activity, private val model: ScreenModel) {
    private var callback: Any? = null

    /** Whether "back" stays inside the app; then it was done. */
    fun go(): Boolean {
        when {
            !isInside(model.state) -> return false
            model.state.screen == Screen.GRADE -> model.another()
            else -> model.go(Screen.GRADE)
        }
        return true
    }

    /**
     * Since Android 13 the system has to know beforehand, so that it can show where "back" leads.
     */
    fun announce(state: State) {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) register(isInside(state))
    }

    @TargetApi(Build.VERSION_CODES.TIRAMISU)
    private fun register(wanted: Boolean) {
        val held = callback as OnBackInvokedCallback?
        if (wanted == (held != null)) return
        val dispatcher = activity.onBackInvokedDispatcher
        if (held != null) dispatcher.unregisterOnBackInvokedCallback(held)
        callback = if (wanted) OnBackInvokedCallback { go() } else null
        (callback as OnBackInvokedCallback?)?.let {
            dispatcher.registerOnBackInvokedCallback(OnBackInvokedDispatcher.PRIORITY_DEFAULT, it)
        }
    }

    private fun isInside(state: State) = state.screen != Screen.GRADE || state.looked != null
}
