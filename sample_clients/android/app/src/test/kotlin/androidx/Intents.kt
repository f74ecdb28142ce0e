package androidx.test.runner.intent

import android.app.Instrumentation
import android.content.Intent

/**
 * Would answer for other apps; none is ever loaded. In place of androidx.test:monitor, which
 * Central lacks.
 */
interface IntentStubber {
    fun getActivityResultForIntent(intent: Intent?): Instrumentation.ActivityResult?
}

interface IntentMonitor

object IntentStubberRegistry {
    @JvmStatic fun isLoaded() = false

    @JvmStatic
    fun getInstance(): IntentStubber = throw IllegalStateException("no stubber is loaded")
}

object IntentMonitorRegistry {
    @JvmStatic fun registerInstance(monitor: IntentMonitor?) = Unit
}
