package io.skinscore.app

import android.content.Intent
import android.net.Uri
import android.provider.MediaStore
import java.io.FileNotFoundException
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** How a photo comes from the system's camera. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApp::class)
class CameraTest {
    private val app = RuntimeEnvironment.getApplication()
    private val place = CameraFile.uri(app)

    init {
        Robolectric.setupContentProvider(CameraFile::class.java, place.authority)
    }

    @Test
    fun `what the camera writes is read once`() {
        checkNotNull(app.contentResolver.openOutputStream(place)).use {
            it.write(byteArrayOf(1, 2, 3))
        }
        assertContentEquals(byteArrayOf(1, 2, 3), PhotoSources.read(app, PhotoSources.CAMERA, null))
        assertNull(PhotoSources.read(app, PhotoSources.CAMERA, null))
    }

    @Test
    fun `a photo that the camera took back is not graded as the next one`() {
        checkNotNull(app.contentResolver.openOutputStream(place)).use { it.write(1) }
        PhotoSources.takePhoto(Shown().activity)
        assertNull(PhotoSources.read(app, PhotoSources.CAMERA, null))
    }

    @Test
    fun `no other file is given away`() {
        val other = Uri.parse("content://${place.authority}/../databases/skinscore.db")
        assertFailsWith<FileNotFoundException> { app.contentResolver.openInputStream(other) }
    }

    @Test
    fun `the camera may write there, and nobody else`() {
        val shown = Shown()
        PhotoSources.takePhoto(shown.activity)
        val asked = shadowOf(shown.activity).nextStartedActivityForResult.intent
        assertEquals(MediaStore.ACTION_IMAGE_CAPTURE, asked.action)
        assertEquals(place, asked.clipData?.getItemAt(0)?.uri)
        assertEquals(
            Intent.FLAG_GRANT_WRITE_URI_PERMISSION,
            asked.flags and Intent.FLAG_GRANT_WRITE_URI_PERMISSION,
        )
    }
}
