package androidx.test.platform.app

import android.app.Instrumentation
import android.os.Bundle

/**
 * Robolectric tells it where the test runs; nobody asks. In place of androidx.test:monitor, which
 * Central lacks.
 */
object InstrumentationRegistry {
    @JvmStatic fun registerInstance(instrumentation: Instrumentation?, arguments: Bundle?) = Unit
}
