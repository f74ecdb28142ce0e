package io.skinscore.app

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import io.skinscore.core.Files
import io.skinscore.core.Secrets
import io.skinscore.core.Trouble
import java.io.File
import java.nio.file.Files as Disk
import java.nio.file.NoSuchFileException
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.ProviderException
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/** One secret in [file], AES-256-GCM under a [key] that never leaves the phone's key store. */
class SealedSecrets(private val file: File, private val key: () -> SecretKey = ::keystoreKey) :
    Secrets {
    /**
     * Null also when the key is not the one that sealed it, as on a new phone: its owner signs in
     * again.
     */
    override fun read(): String? {
        val sealed =
            try {
                Disk.readAllBytes(file.toPath())
            } catch (_: NoSuchFileException) { // not looked for first: signing out may come between
                return null
            }
        return named {
            try {
                opened(sealed)
            } catch (_: AEADBadTagException) {
                null
            } catch (_: KeyPermanentlyInvalidatedException) {
                null
            }
        }
    }

    override fun write(secret: String?) {
        if (secret == null) Files.remove(file)
        else Files.writeAtomically(named { sealed(secret) }, file)
    }

    private fun sealed(secret: String): ByteArray {
        val cipher = Cipher.getInstance(CIPHER).apply { init(Cipher.ENCRYPT_MODE, key()) }
        return cipher.iv + cipher.doFinal(secret.encodeToByteArray())
    }

    private fun opened(sealed: ByteArray): String? {
        if (sealed.size <= NONCE) return null
        val cipher = Cipher.getInstance(CIPHER)
        cipher.init(Cipher.DECRYPT_MODE, key(), GCMParameterSpec(TAG, sealed, 0, NONCE))
        return cipher.doFinal(sealed, NONCE, sealed.size - NONCE).decodeToString()
    }

    private fun <T> named(work: () -> T): T =
        try {
            work()
        } catch (fault: GeneralSecurityException) {
            throw locked(fault)
        } catch (fault: ProviderException) {
            throw locked(fault)
        }

    private fun locked(fault: Exception) =
        Trouble(
            "storage",
            "the phone's key store does not answer (${fault.message}): unlock the phone and try again",
            fault,
        )

    private companion object {
        const val CIPHER = "AES/GCM/NoPadding"
        const val NONCE = 12 // bytes
        const val TAG = 128 // bits
    }
}

/**
 * The app's key in the phone's key store, made at first use. It needs no unlocked screen, so that a
 * job can sync.
 */
private fun keystoreKey(): SecretKey {
    val store = KeyStore.getInstance(KEYSTORE).apply { load(null) }
    (store.getKey(ALIAS, null) as SecretKey?)?.let {
        return it
    }
    val spec =
        KeyGenParameterSpec.Builder(
                ALIAS,
                KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT,
            )
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(256)
            .build()
    return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, KEYSTORE)
        .apply { init(spec) }
        .generateKey()
}

private const val KEYSTORE = "AndroidKeyStore"
private const val ALIAS = "skinscore.login"
