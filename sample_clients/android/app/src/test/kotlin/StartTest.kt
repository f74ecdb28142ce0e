package io.skinscore.app

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Canvas
import android.widget.TextView
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import java.io.File
import kotlin.test.assertEquals

@RunWith(RobolectricTestRunner::class)
class StartTest {
    @Test
    fun draws() {
        val activity = Robolectric.buildActivity(Activity::class.java).setup().get()
        val view = TextView(activity).apply { text = "Hello 안녕하세요 측정"; textSize = 20f }
        view.measure(0, 0)
        view.layout(0, 0, view.measuredWidth, view.measuredHeight)
        val bitmap = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
        view.draw(Canvas(bitmap))
        File("/tmp/kt3/hello.png").outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
        assertEquals("Hello", view.text.take(5).toString())
    }
}
