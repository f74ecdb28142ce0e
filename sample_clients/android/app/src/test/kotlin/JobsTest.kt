package io.skinscore.app

import android.app.job.JobParameters
import android.os.Parcel
import io.skinscore.core.Answer
import io.skinscore.core.Transport
import kotlin.test.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** What happens in the background when a sync did not come to its end. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApp::class)
class JobsTest {
    private val app = RuntimeEnvironment.getApplication() as TestApp
    private val service = Robolectric.setupService(BackgroundService::class.java)

    @Test
    fun `what passes by itself is tried again, and what needs its person is not`() {
        SomeHistory.keep(app)
        assertEquals(true, isTriedAgain()) // no network at all
        app.server = Transport { answer(502, "text/html", "<h1>starting</h1>") }
        assertEquals(true, isTriedAgain())
        app.server = Transport { answer(500, PROBLEM, """{"type":"urn:problem:internal"}""") }
        assertEquals(true, isTriedAgain())
        app.server = Transport { answer(403, PROBLEM, """{"type":"urn:problem:consent-required"}""") }
        assertEquals(false, isTriedAgain())
    }

    private fun isTriedAgain(): Boolean {
        val sent = Parcel.obtain().apply { writeInt(Jobs.SYNC) } // as the system hands it over
        sent.setDataPosition(0)
        service.onStartJob(JobParameters.CREATOR.createFromParcel(sent))
        return shadowOf(service).isRescheduleNeeded
    }

    private fun answer(status: Int, type: String, body: String) =
        Answer(status, mapOf("Content-Type" to type), body.byteInputStream())

    private companion object {
        const val PROBLEM = "application/problem+json"
    }
}
