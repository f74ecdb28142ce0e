package io.skinscore.app

import android.content.res.AssetManager
import io.skinscore.core.Trouble
import java.io.IOException

/** The files that the app was built with. */
internal interface Assets {
    /** Names of the files in a folder; none where there is no such folder. */
    fun names(folder: String): List<String>

    /** Throws [Trouble] `missing`. */
    fun read(name: String): ByteArray

    companion object {
        fun of(assets: AssetManager) =
            object : Assets {
                override fun names(folder: String) = assets.list(folder).orEmpty().toList()

                override fun read(name: String): ByteArray =
                    try {
                        assets.open(name).use { it.readBytes() }
                    } catch (fault: IOException) {
                        throw Trouble(
                            "missing",
                            "the app carries no $name: put it into its assets, as the README says",
                            fault,
                        )
                    }
            }
    }
}
