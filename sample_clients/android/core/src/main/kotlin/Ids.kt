package io.skinscore.core

import java.security.SecureRandom
import java.util.UUID

/** Ids are made here, on the device, so that sending a record twice changes nothing. */
object Ids {
    private val random = SecureRandom()

    /** A UUID of version 7 (RFC 9562): 48 bits of milliseconds since 1970, then random bits. */
    fun uuid7(now: Long = System.currentTimeMillis()): String {
        val high = (now shl 16) or 0x7000L or (random.nextLong() and 0x0FFF)
        val low = (random.nextLong() ushr 2) or Long.MIN_VALUE
        return UUID(high, low).toString()
    }

    /** So many random bytes as hex digits. */
    fun randomName(bytes: Int): String = hex(ByteArray(bytes).also(random::nextBytes))

    /**
     * The id of our copy when another body holds its id: the same on every device, so that it exists once.
     *
     * The time of the old id, then version, variant and bits of the content hash.
     */
    fun secondId(record: Record): String {
        val digest = record.contentHash
        val variant = "89ab"[digest[3].digitToInt(16) and 3]
        return "${record.id.take(13)}-7${digest.take(3)}-$variant${digest.substring(4, 7)}-${digest.substring(7, 19)}"
    }
}
