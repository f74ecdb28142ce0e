package io.skinscore.app

import android.content.res.AssetManager
import io.skinscore.core.Files
import io.skinscore.core.ModelBundle
import io.skinscore.core.Trouble
import io.skinscore.core.Trust
import io.skinscore.core.sha256Hex
import java.io.File
import java.io.IOException

/**
 * The bundle in the app's assets, copied below [home]: ExecuTorch maps a file, which an asset is not. It is copied once
 * for each version of the app, and again when the copy is damaged.
 */
internal class ShippedBundle(private val assets: AssetManager, private val home: File, private val trust: Trust) {
    /** The folder of the copy. Throws [Trouble] `missing` when the app was built without a bundle. */
    fun folder(): File {
        val folder = home.resolve(sha256Hex(asset("bundle.json")))
        if (!isWhole(folder)) copy(folder)
        home.listFiles().orEmpty().filter { it != folder }.forEach { it.deleteRecursively() }
        return folder
    }

    private fun isWhole(folder: File): Boolean =
        try {
            ModelBundle.open(folder, trust).goldenFile.exists()
        } catch (_: Trouble) {
            false
        }

    private fun copy(folder: File) {
        val names = assets.list(ASSETS).orEmpty()
        for (name in names) Files.writeAtomically(asset(name), folder.resolve(name))
    }

    private fun asset(name: String): ByteArray =
        try {
            assets.open("$ASSETS/$name").use { it.readBytes() }
        } catch (fault: IOException) {
            throw Trouble("missing", "the app carries no bundle: put one into its assets, as the README says", fault)
        }

    private companion object {
        const val ASSETS = "bundle"
    }
}
