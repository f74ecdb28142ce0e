package io.skinscore.core

import java.time.Instant
import kotlinx.serialization.json.JsonElement

/** What comes of a channel: what it names is in use; it is not this install's turn yet; fetch it. */
internal enum class Decision { KEEP, WAIT, TAKE }

/**
 * What an install knows of itself when it looks at a channel: the one that it follows, its app's version, the highest
 * sequence that it accepted, the bundles that accepted channels withdrew, its random id, and the hash of its bundle,
 * null where it has none that works.
 */
internal class Device(
    val channel: String,
    val app: Version,
    val seen: Int,
    val revoked: Set<String>,
    val installId: String,
    val inUse: String?,
)

/**
 * A channel whose signature holds: which bundle the operator wants apps to take, until when, and how many of them.
 *
 * [decide] is a pure function of the channel, the device and the time, so that every client can be held to the same
 * vectors (`sample_clients/golden/updates.json`).
 */
internal class Channel(
    val sequence: Int,
    val bundleSha256: String,
    val rollback: Boolean,
    val revoked: Set<String>,
    private val channel: String,
    private val expiresAt: String,
    private val minApp: String,
    private val rolloutPct: Int,
) {
    private val expiry = requireNotNull(Moment.of(expiresAt)).instant
    private val neededApp = requireNotNull(Version.of(minApp))

    /** Throws [Trouble] for a channel that may not be followed (any more). */
    fun decide(device: Device, now: Instant): Decision {
        val withdrawn = device.revoked + revoked
        insist(channel == device.channel, "other-channel") { "the server offers '$channel', not '${device.channel}'" }
        insist(sequence >= device.seen, "older-channel") { "channel $sequence is older than ${device.seen}" }
        insist(expiry > now, "expired") { "the channel expired at $expiresAt: its operator renews it" }
        insist(neededApp <= device.app, "app-too-old") { "the new model needs app $minApp: update the app first" }
        insist(bundleSha256 !in withdrawn, "withdrawn") { "the channel names a model that was withdrawn" }
        return when {
            device.inUse == null || device.inUse in withdrawn -> Decision.TAKE
            device.inUse == bundleSha256 -> Decision.KEEP
            turn(device.installId, bundleSha256) < rolloutPct -> Decision.TAKE
            else -> Decision.WAIT
        }
    }

    private inline fun insist(holds: Boolean, code: String, sentence: () -> String) {
        if (!holds) throw Trouble(code, sentence())
    }

    companion object {
        private const val SCHEMA = 1

        /** Verify and read. Throws [Trouble]. */
        fun read(document: ByteArray, signature: ByteArray, trust: Trust): Channel {
            trust.verify(document, signature, "channel")
            return readForm(document, ::of)
                ?: throw Trouble("other-form", "the channel has another form than this client reads: update the app")
        }

        /** Throws [IllegalArgumentException] for another form. */
        private fun of(json: JsonElement): Channel {
            require(json.needInt("schema") == SCHEMA)
            return Channel(
                json.needInt("sequence"), json.needText("bundle_sha256"), json.needFlag("rollback"),
                json.needList("revoked") { it.asText() }.toSet(), json.needText("channel"), json.needText("expires_at"),
                json.needText("min_app"), json.needInt("rollout_pct"),
            )
        }

        /**
         * When it is an install's turn, 0..99: of SHA-256("INSTALL:BUNDLE") the first 8 bytes, big-endian, modulo 100.
         *
         * The bundle is hashed too, so that every new one has other first takers; raising the share only adds installs.
         */
        fun turn(installId: String, bundleSha256: String): Int {
            val digest = sha256Hex("$installId:$bundleSha256".encodeToByteArray())
            return (digest.take(16).toULong(16) % 100UL).toInt()
        }
    }
}
