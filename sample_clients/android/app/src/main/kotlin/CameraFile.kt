package io.skinscore.app

import android.content.Context
import android.net.Uri
import android.os.ParcelFileDescriptor
import java.io.File
import java.io.FileNotFoundException

/**
 * The one file that the system's camera may write: a photo of ours, in our cache, for as long as
 * the grant lasts.
 */
class CameraFile : OneFile("image/jpeg") {
    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor {
        val place = requireNotNull(context)
        if (uri != uri(place)) throw FileNotFoundException("there is no $uri")
        return ParcelFileDescriptor.open(file(place), ParcelFileDescriptor.parseMode(mode))
    }

    companion object {
        /** What to tell the camera. */
        fun uri(context: Context): Uri =
            Uri.parse("content://${context.packageName}.camera/photo.jpg")

        /** The bytes of the photo, which is gone afterwards; null when none was taken. */
        fun take(context: Context): ByteArray? {
            val file = file(context)
            return if (file.length() > 0) file.readBytes().also { file.delete() } else null
        }

        /** Without the photo that a camera left there and took back. */
        fun clear(context: Context) {
            file(context).delete()
        }

        private fun file(context: Context): File = context.cacheDir.resolve("camera.jpg")
    }
}
