package io.skinscore.app

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.net.Uri
import io.skinscore.core.Trouble
import java.io.IOException

/** Where a person keeps all that the server holds: a document of their choice. */
internal object ArchiveFile {
    const val PLACE = 3

    /** Ask for a place; the answer comes to `onActivityResult`. Throws [Trouble] `storage`. */
    fun choosePlace(activity: Activity) {
        val intent =
            Intent(Intent.ACTION_CREATE_DOCUMENT)
                .addCategory(Intent.CATEGORY_OPENABLE)
                .setType("application/zip")
                .putExtra(Intent.EXTRA_TITLE, "skinscore.zip")
        try {
            activity.startActivityForResult(intent, PLACE)
        } catch (_: ActivityNotFoundException) {
            throw Trouble("storage", "no app here can save a file: install one that keeps files")
        }
    }

    /** Write it there, off the main thread. Throws [Trouble] `storage`. */
    fun write(context: Context, place: Uri, archive: ByteArray) =
        try {
            val stream = context.contentResolver.openOutputStream(place) ?: throw refused(null)
            stream.use { it.write(archive) }
        } catch (fault: IOException) {
            throw refused(fault)
        } catch (fault: SecurityException) {
            throw refused(fault)
        }

    private fun refused(fault: Exception?) =
        Trouble("storage", "your data could not be saved there: choose another place", fault)
}
