package io.skinscore.app

import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

/** In place of the phone's key store, which the JVM has not. */
internal object TestKey {
    private val key = fresh()

    fun get(): SecretKey = key

    fun fresh(): SecretKey = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey()
}
