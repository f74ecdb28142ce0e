package io.skinscore.app

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Canvas
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import java.io.File
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.shadows.ShadowLooper

/** The running app: its activity, drawn as a phone would. */
internal class Shown {
    val app = RuntimeEnvironment.getApplication() as TestApp
    val model
        get() = app.model

    private val controller = Robolectric.buildActivity(MainActivity::class.java)

    init {
        controller.get().setTheme(android.R.style.Theme_DeviceDefault_DayNight)
        controller.setup()
    }

    val activity: Activity
        get() = controller.get()

    val content: ViewGroup
        get() = activity.requireViewById(android.R.id.content)

    /** As after a change of the language. */
    fun recreate() {
        controller.recreate()
    }

    /** Let what was posted happen. */
    fun settle() = ShadowLooper.idleMainLooper()

    fun go(screen: Screen) {
        model.go(screen)
        settle()
    }

    /** What all texts that show say. */
    val texts: List<String>
        get() = views().filterIsInstance<TextView>().map { it.text.toString() }

    fun press(text: String) {
        views()
            .first { it is TextView && it.isClickable && it.text.toString() == text }
            .performClick()
        settle()
    }

    /** All that shows, from the outside in. */
    fun views(from: View = content): List<View> {
        if (!from.shown) return emptyList()
        val inside =
            if (from is ViewGroup) List(from.childCount) { views(from.getChildAt(it)) }.flatten()
            else emptyList()
        return listOf(from) + inside
    }

    /** A picture of the screen in target/screens, to be looked at. */
    fun draw(name: String, root: View = activity.window.decorView): Bitmap {
        val bitmap = Bitmap.createBitmap(root.width, root.height, Bitmap.Config.ARGB_8888)
        root.draw(Canvas(bitmap))
        val file = File("target/screens/$name.png")
        file.parentFile?.mkdirs()
        file.outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
        return bitmap
    }
}
