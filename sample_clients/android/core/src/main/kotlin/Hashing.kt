package io.skinscore.core

import java.io.File
import java.security.MessageDigest

/** SHA-256, 32 bytes. */
fun sha256(bytes: ByteArray): ByteArray = MessageDigest.getInstance("SHA-256").digest(bytes)

/** SHA-256, 64 hex digits. */
fun sha256Hex(bytes: ByteArray): String = hex(sha256(bytes))

/** SHA-256 of what a file holds, 64 hex digits. Throws `IOException`. */
fun sha256Hex(file: File): String {
    val digest = MessageDigest.getInstance("SHA-256")
    file.forEachBlock { bytes, count -> digest.update(bytes, 0, count) }
    return hex(digest.digest())
}

/** Two lower-case digits a byte. */
fun hex(bytes: ByteArray): String =
    buildString(bytes.size * 2) {
        for (byte in bytes) append(DIGITS[byte.toInt() shr 4 and 15]).append(DIGITS[byte.toInt() and 15])
    }

private const val DIGITS = "0123456789abcdef"
