package io.skinscore.app

import android.app.AlertDialog
import android.app.job.JobScheduler
import android.content.ClipDescription
import android.content.ClipboardManager
import android.widget.Button
import android.widget.CheckBox
import io.skinscore.core.Answer
import io.skinscore.core.Credentials
import io.skinscore.core.Request
import io.skinscore.core.SignIn
import io.skinscore.core.Transport
import io.skinscore.core.json
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowDialog

/** What a person does with the app, in its own words. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApp::class, qualifiers = "en-w393dp-h2600dp-mdpi")
class StoryTest {
    private val app = RuntimeEnvironment.getApplication() as TestApp
    private val shown by lazy { Shown() }
    private val model
        get() = shown.model

    private val mina = Credentials("mina@example.org", "long enough", "phone")

    @Test
    fun `a graded photo is in the history`() {
        model.choose(1)
        model.grade { SomeHistory.photo(0) }
        assertTrue("Your grades" in shown.texts)
        shown.go(Screen.HISTORY)
        assertTrue("Photos: 1" in shown.texts && "Forehead" in shown.texts)
    }

    @Test
    fun `discarded grades are gone`() {
        model.grade { SomeHistory.photo(0) }
        shown.press("Discard")
        shown.go(Screen.HISTORY)
        assertTrue("Nothing here yet" in shown.texts)
    }

    @Test
    fun `another photo keeps the grades of this one`() {
        model.grade { SomeHistory.photo(0) }
        shown.press("Another photo")
        assertEquals(1, model.state.held.history.size)
        assertTrue("Use the camera" in shown.texts)
    }

    @Test
    fun `a file that is no photo is refused in words, and nothing is kept`() {
        model.grade { "no photo".encodeToByteArray() }
        assertTrue(
            "This file cannot be read as a photo. Take it again, or choose another one." in
                shown.texts
        )
        assertTrue(model.state.held.history.isEmpty())
    }

    @Test
    fun `a note shows in the history, and a deleted score does not`() {
        SomeHistory.keep(app)
        model.note("score3", "holiday by the sea")
        model.delete("score8")
        shown.go(Screen.HISTORY)
        assertTrue("holiday by the sea" in shown.texts && "Photos: 8" in shown.texts)
    }

    @Test
    fun `what is kept is sent as soon as there is a network`() {
        val jobs = checkNotNull(app.getSystemService(JobScheduler::class.java))
        assertNull(jobs.getPendingJob(Jobs.SYNC))
        model.grade { SomeHistory.photo(0) }
        assertTrue(checkNotNull(jobs.getPendingJob(Jobs.SYNC)).isPersisted)
        assertNotNull(checkNotNull(jobs.getPendingJob(Jobs.SYNC)).requiredNetwork)
    }

    @Test
    fun `without a network a sync says so and loses nothing`() {
        SomeHistory.keep(app)
        shown.go(Screen.ACCOUNT)
        shown.press("Sync now")
        assertTrue(
            "The server cannot be reached. Nothing is lost; it will be tried again." in shown.texts
        )
        assertEquals(SomeHistory.scores.map { it.id }, model.state.held.history.map { it.id })
    }

    @Test
    fun `what was done counts, also where the key store does not answer afterwards`() {
        SomeHistory.keep(app)
        val before = shown.model.state.held.history.size
        app.key = { throw java.security.ProviderException("locked") }
        model.grade { SomeHistory.photo(0) }
        assertTrue("Your grades" in shown.texts)
        assertTrue(
            "The phone could not save this. Try again; what was saved before is safe." in
                shown.texts
        )
        app.key = TestKey::get
        model.start()
        assertEquals(before + 1, model.state.held.history.size)
    }

    @Test
    fun `a server without a channel and an entry that is gone are told apart`() {
        app.server = Transport { problem(404, "no-channel") }
        model.update()
        assertTrue("The operator offers no updates at the moment." in shown.texts)
        model.note("gone", "too late")
        assertTrue("This entry is not here any more." in shown.texts)
    }

    @Test
    fun `a history that nobody was asked about joins no account`() {
        val asked = mutableListOf<Request>()
        app.server = Transport { newAccount(it).also { _ -> asked += it } }
        model.grade { SomeHistory.photo(0) }
        model.signIn(SignIn.REGISTER, mina, adopt = false)
        assertTrue(ENGLISH.getValue("error.adopt") in shown.texts)
        assertEquals(emptyList(), asked)
    }

    @Test
    fun `a tick for one history does not count for the next`() {
        shown.go(Screen.ACCOUNT)
        model.grade { SomeHistory.photo(0) }
        val tick = shown.views().filterIsInstance<CheckBox>().single()
        tick.performClick()
        model.eraseHere()
        model.grade { SomeHistory.photo(1) }
        assertTrue(tick.shown && !tick.isChecked)
    }

    @Test
    fun `an erased device shows nothing of its person`() {
        SomeHistory.keep(app)
        model.grade { SomeHistory.photo(0) }
        model.eraseHere()
        shown.go(Screen.HISTORY)
        assertTrue("Nothing here yet" in shown.texts && model.state.looked == null)
        assertNull(model.state.held.email)
    }

    @Test
    fun `back leads from a result to the camera, and from a screen to the first`() {
        val back = Back(shown.activity, model)
        model.grade { SomeHistory.photo(0) }
        shown.go(Screen.TREND)
        assertTrue(back.go() && model.state.screen == Screen.GRADE && model.state.looked != null)
        assertTrue(back.go() && model.state.looked == null)
        assertFalse(back.go())
    }

    @Test
    fun `the recovery code shows until its owner has written it down`() {
        app.server = Transport(::newAccount)
        shown.go(Screen.ACCOUNT)
        model.signIn(SignIn.REGISTER, mina, adopt = false)
        shown.recreate()
        val dialog = ShadowDialog.getLatestDialog() as AlertDialog
        assertFalse(org.robolectric.Shadows.shadowOf(dialog).isCancelable)
        assertEquals("ABCD-EFGH", model.state.recoveryCode)
        dialog.getButton(AlertDialog.BUTTON_POSITIVE).performClick()
        shown.settle()
        assertNull(model.state.recoveryCode)
        assertEquals("Keep my history?", checkNotNull(model.state.consent).text)
    }

    @Test
    fun `nothing is agreed to by signing up alone`() {
        val asked = mutableListOf<Request>()
        app.server = Transport { newAccount(it).also { _ -> asked += it } }
        model.signIn(SignIn.REGISTER, mina, adopt = false)
        model.codeWritten()
        model.answer(agreed = null)
        assertTrue(model.state.held.signedIn)
        val registered = asked.first { it.path == "/v1/auth/register" }.json.toString()
        assertFalse("consents" in registered || asked.any { it.method == "PATCH" })
    }

    @Test
    fun `a copied recovery code is marked as a secret`() {
        app.server = Transport(::newAccount)
        shown.go(Screen.ACCOUNT)
        model.signIn(SignIn.REGISTER, mina, adopt = false)
        val window = checkNotNull(ShadowDialog.getLatestDialog().window)
        val copy = shown.views(window.decorView).first { it is Button && it.text == "Copy" }
        copy.performClick()
        val clip = checkNotNull(app.getSystemService(ClipboardManager::class.java)?.primaryClip)
        assertEquals("ABCD-EFGH", clip.getItemAt(0).text.toString())
        assertTrue(clip.description.extras.getBoolean(ClipDescription.EXTRA_IS_SENSITIVE))
    }

    private fun problem(status: Int, slug: String) =
        Answer(
            status,
            mapOf("Content-Type" to "application/problem+json"),
            json("type" to "urn:skinscore:problem:$slug").toString().byteInputStream(),
        )

    private fun newAccount(request: Request): Answer {
        val texts = json("sync" to json("version" to 1, "text" to "Keep my history?"))
        val body =
            when (request.path) {
                "/v1/auth/register" ->
                    json(
                        "account_id" to "a",
                        "access_token" to "t",
                        "refresh_token" to "r",
                        "recovery_code" to "ABCD-EFGH",
                    )
                else -> json("consents" to json("sync" to false), "consent_texts" to texts)
            }
        return Answer(
            200,
            mapOf("Content-Type" to "application/json"),
            body.toString().byteInputStream(),
        )
    }
}
