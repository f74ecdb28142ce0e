package io.skinscore.app

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.ClipData
import android.content.ContentResolver
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.provider.MediaStore
import io.skinscore.core.Trouble
import java.io.IOException

/** The system's camera and its photo picker; neither needs a permission. */
internal object PhotoSources {
    const val CAMERA = 1
    const val PICKER = 2

    /** Ask for a photo; the answer comes to `onActivityResult`. Throws [Trouble] `no-camera`. */
    fun takePhoto(activity: Activity) {
        CameraFile.clear(activity)
        val place = CameraFile.uri(activity)
        val intent =
            Intent(MediaStore.ACTION_IMAGE_CAPTURE).putExtra(MediaStore.EXTRA_OUTPUT, place)
        intent.clipData = ClipData.newUri(activity.contentResolver, null, place)
        intent.addFlags(
            Intent.FLAG_GRANT_WRITE_URI_PERMISSION or Intent.FLAG_GRANT_READ_URI_PERMISSION
        )
        start(
            activity,
            intent,
            CAMERA,
            Trouble("no-camera", "no camera answers: choose a photo instead"),
        )
    }

    /** The same for a photo that is there already. Throws [Trouble] `no-picker`. */
    fun choosePhoto(activity: Activity) {
        val missing =
            Trouble("no-picker", "this phone has no photo picker: take a photo with the camera")
        start(activity, picker(Build.VERSION.SDK_INT), PICKER, missing)
    }

    /**
     * What was taken or chosen, read off the main thread; null when nothing was. Throws [Trouble]
     * `photo-unreadable`.
     */
    fun read(context: Context, source: Int, chosen: Uri?): ByteArray? =
        try {
            if (source == CAMERA) CameraFile.take(context)
            else chosen?.let { bytes(context.contentResolver, it) }
        } catch (fault: IOException) {
            throw gone(fault)
        } catch (fault: SecurityException) {
            throw gone(fault)
        }

    private fun gone(fault: Exception) =
        Trouble("photo-unreadable", "the photo cannot be opened any more: choose it again", fault)

    /** Android 13 brought the picker; before that files are opened as documents. */
    private fun picker(version: Int): Intent =
        if (version >= Build.VERSION_CODES.TIRAMISU) {
            Intent(MediaStore.ACTION_PICK_IMAGES).setType("image/*")
        } else {
            Intent(Intent.ACTION_OPEN_DOCUMENT)
                .addCategory(Intent.CATEGORY_OPENABLE)
                .setType("image/*")
        }

    private fun bytes(resolver: ContentResolver, uri: Uri): ByteArray? =
        resolver.openInputStream(uri)?.use { it.readBytes() }

    private fun start(activity: Activity, intent: Intent, code: Int, missing: Trouble) {
        try {
            activity.startActivityForResult(intent, code)
        } catch (_: ActivityNotFoundException) {
            throw missing
        }
    }
}
