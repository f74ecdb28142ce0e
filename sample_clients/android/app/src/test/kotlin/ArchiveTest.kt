package io.skinscore.app

import android.app.Activity
import android.app.AlertDialog
import android.content.Intent
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.widget.EditText
import io.skinscore.core.Answer
import io.skinscore.core.Request
import io.skinscore.core.Transport
import io.skinscore.core.Trouble
import io.skinscore.core.json
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowDialog

/** All that the server holds, saved where its owner says. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApp::class, qualifiers = "en-w393dp-h2600dp-mdpi")
class ArchiveTest {
    private val app = RuntimeEnvironment.getApplication() as TestApp
    private val place = Uri.parse("content://documents/skinscore.zip")
    private val documents =
        Robolectric.setupContentProvider(Documents::class.java, place.authority)

    @Test
    fun `what the server sends lies in the document that was chosen`() {
        val file = File.createTempFile("archive", ".zip")
        documents.file = file
        SomeHistory.keep(app)
        app.server = Transport(::answered)
        val shown = Shown()
        shown.go(Screen.ACCOUNT)
        shown.press("Export everything")
        val asked = shadowOf(shown.activity).nextStartedActivityForResult.intent
        shadowOf(shown.activity).receiveResult(asked, Activity.RESULT_OK, Intent().setData(place))
        enter(shown, "the password")
        assertEquals("all of it", file.readText())
        assertTrue("Your data was saved." in shown.texts)
    }

    @Test
    fun `a place that takes nothing is told as one`() {
        val trouble =
            assertFailsWith<Trouble> { ArchiveFile.write(app, place, byteArrayOf(1)) }
        assertEquals("storage", trouble.code)
    }

    private fun enter(shown: Shown, password: String) {
        val dialog = ShadowDialog.getLatestDialog() as AlertDialog
        val field = shown.views(checkNotNull(dialog.window).decorView).first { it is EditText }
        (field as EditText).setText(password)
        dialog.getButton(AlertDialog.BUTTON_POSITIVE).performClick()
        shown.settle()
    }

    private fun answered(request: Request): Answer {
        if (request.path == "/v1/account/export") return answer("application/zip", "all of it")
        val tokens = json("access_token" to "t", "refresh_token" to "r")
        return answer("application/json", tokens.toString())
    }

    private fun answer(type: String, body: String) =
        Answer(200, mapOf("Content-Type" to type), body.byteInputStream())

    /** Another app that keeps documents; without a [file] it gives nothing to write to. */
    class Documents : OneFile("application/zip") {
        var file: File? = null

        override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor? =
            file?.let { ParcelFileDescriptor.open(it, ParcelFileDescriptor.parseMode(mode)) }
    }
}
