package io.skinscore.core

import java.io.File

/** Keeps one secret, the refresh token, over restarts. What [write] reports as done is kept. */
interface Secrets {
    /** Null where there is none. Throws `IOException` or [Trouble] `storage` when it cannot be read now. */
    fun read(): String?

    /** Null takes it away. */
    fun write(secret: String?)
}

/** A file that only its owner can read, for machines without a key store. */
class FileSecrets(home: File) : Secrets {
    private val file = home.resolve("login")

    override fun read(): String? = if (file.exists()) file.readText() else null

    override fun write(secret: String?) {
        if (secret != null) Files.writeAtomically(secret.encodeToByteArray(), file) else Files.remove(file)
    }
}
