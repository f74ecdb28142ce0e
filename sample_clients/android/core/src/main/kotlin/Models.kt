package io.skinscore.core

import java.io.File

/**
 * Which bundle this client runs: the one that came with the app ([shipped]), or a newer one under [home]/models.
 *
 * The choice is a setting of the local history, so switching happens whole or not at all. Whatever is missing or
 * damaged, an older bundle takes over: the previous one, then the one that came with the app.
 */
internal class Models(private val shipped: File, home: File, private val settings: Settings, val trust: Trust) {
    val folder = home.resolve("models")

    /** The bundle in use. Throws [Trouble] when not even the shipped one can be used. */
    fun open(): ModelBundle {
        val installed = installed() ?: return ModelBundle.open(shipped, trust)
        val own = opened(shipped) ?: return installed
        val isKnown = settings.setting(SHIPPED) == own.sha256 || own.sha256 in revoked
        return if (!isKnown && own.offer.sequence > installed.offer.sequence) own else installed
    }

    /** The downloaded bundle with this hash, if it is whole. */
    fun held(sha256: String): ModelBundle? = opened(folder.resolve(sha256))?.takeIf { it.sha256 == sha256 }

    /** The highest channel sequence that was accepted. */
    val seen: Int get() = settings.setting(SEQUENCE)?.toInt() ?: 0

    /** Bundles that an accepted channel withdrew. */
    val revoked: Set<String> get() = settings.setting(REVOKED).orEmpty().split(" ").filter { it.isNotEmpty() }.toSet()

    /** A random name of this install; it never leaves the device. */
    val installId: String
        get() = settings.setting(INSTALL)
            ?: Ids.randomName(bytes = 16).also { settings.set(mapOf(INSTALL to it)) }

    /** Remember a channel: no older one is followed from now on, and what it withdraws is not used again. */
    fun accept(sequence: Int, withdrawn: Set<String>) {
        val all = (revoked + withdrawn).sorted().joinToString(" ")
        settings.set(mapOf(SEQUENCE to sequence.toString(), REVOKED to all))
    }

    /** Where a bundle is put together; what an interrupted download left there is used again. */
    fun unfinished(sha256: String): File = folder.resolve(".$sha256")

    /** Use the bundle that was put together; of those installed the one used until now stays as the previous one. */
    fun switchTo(sha256: String) {
        val previous = installed(but = sha256)?.sha256
        val made = unfinished(sha256)
        if (made.exists()) {
            val place = folder.resolve(sha256)
            place.deleteRecursively() // a damaged one, or it would not be replaced
            Files.replace(place, made)
        }
        settings.set(mapOf(MODEL to sha256, PREVIOUS to previous, SHIPPED to opened(shipped)?.sha256))
        removeOthers(setOf(sha256, previous))
    }

    private fun removeOthers(kept: Set<String?>) =
        folder.listFiles().orEmpty().filter { it.name !in kept }.forEach { it.deleteRecursively() }

    private fun installed(but: String? = null): ModelBundle? =
        listOf(MODEL, PREVIOUS).mapNotNull(settings::setting).filter { it != but && it !in revoked }
            .firstNotNullOfOrNull(::held)

    private fun opened(folder: File): ModelBundle? =
        try {
            ModelBundle.open(folder, trust)
        } catch (_: Trouble) {
            null
        }

    private companion object {
        const val MODEL = "model"
        const val PREVIOUS = "model_previous"
        const val SHIPPED = "model_shipped"
        const val SEQUENCE = "channel_sequence"
        const val REVOKED = "models_revoked"
        const val INSTALL = "install_id"
    }
}
