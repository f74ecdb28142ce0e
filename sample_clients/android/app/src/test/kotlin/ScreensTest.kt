package io.skinscore.app

import android.view.View
import android.widget.AdapterView
import android.widget.EditText
import android.widget.TextView
import kotlin.test.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.ParameterizedRobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowDialog

/**
 * Every screen, drawn in both languages by day and by night, and with the largest letters; see
 * target/screens.
 */
@RunWith(ParameterizedRobolectricTestRunner::class)
@Config(application = TestApp::class)
class ScreensTest(
    private val name: String,
    private val qualifiers: String,
    private val letters: Float,
) {
    private val app = RuntimeEnvironment.getApplication() as TestApp

    @Test
    fun `words fit, and what is touched is large and has a name`() {
        RuntimeEnvironment.setQualifiers(qualifiers)
        RuntimeEnvironment.setFontScale(letters)
        val guest = Shown()
        look(guest, "guest", Screen.ACCOUNT)
        look(guest, "empty", Screen.HISTORY)
    }

    @Test
    fun `so it is for somebody with a history`() {
        RuntimeEnvironment.setQualifiers(qualifiers)
        RuntimeEnvironment.setFontScale(letters)
        SomeHistory.keep(app)
        val shown = Shown()
        Screen.entries.forEach { look(shown, it.name.lowercase(), it) }
        shown.model.grade { SomeHistory.photo(1) }
        look(shown, "result", Screen.GRADE)
        EntryDialog(Kit(shown.activity), shown.model, SomeHistory.scores[8], "slept little").show()
        lookAtDialog(shown, "entry")
        PasswordDialog(Kit(shown.activity), "account.delete", "account.deleteLead") {}.show()
        lookAtDialog(shown, "delete")
    }

    private fun look(shown: Shown, name: String, screen: Screen) {
        shown.go(screen)
        shown.draw("${this.name}-$name")
        judge(shown.views())
    }

    private fun lookAtDialog(shown: Shown, name: String) {
        shown.settle()
        val root = checkNotNull(ShadowDialog.getLatestDialog().window).decorView
        shown.draw("${this.name}-$name", root)
        judge(shown.views(root))
    }

    private fun judge(views: List<View>) {
        assertEquals(
            emptyList(),
            views.filterIsInstance<TextView>().filter(::isCut).map { it.text.toString() },
        )
        val touched = views.filter { it.isClickable && it.isEnabled && it !is AdapterView<*> }
        assertEquals(
            emptyList(),
            touched.filter { it.height < Look(app).dp(Look.TOUCH) }.map(::named),
        )
        assertEquals(emptyList(), touched.filter { named(it).isBlank() && it !is EditText })
    }

    private fun isCut(view: TextView): Boolean {
        val room = view.width - view.compoundPaddingLeft - view.compoundPaddingRight
        val layout = view.layout ?: return false
        val wide = (0 until layout.lineCount).any { layout.getLineMax(it) > room + 1 }
        return wide ||
            layout.height > view.height - view.compoundPaddingTop - view.compoundPaddingBottom + 1
    }

    private fun named(view: View) =
        view.contentDescription?.toString() ?: (view as? TextView)?.text?.toString().orEmpty()

    companion object {
        private const val TALL = "w393dp-h2600dp"

        @JvmStatic
        @ParameterizedRobolectricTestRunner.Parameters(name = "{0}")
        fun looks() =
            listOf(
                arrayOf<Any>("english-day", "en-w393dp-h851dp-notnight-420dpi", 1f),
                arrayOf<Any>("korean-night", "ko-$TALL-night-320dpi", 1f),
                arrayOf<Any>("english-large", "en-$TALL-notnight-320dpi", 2f),
                arrayOf<Any>("korean-tablet", "ko-w1000dp-h1200dp-notnight-240dpi", 1f),
            )
    }
}
