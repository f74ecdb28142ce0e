package io.skinscore.core

import java.time.Instant

/** What came of looking for an update. */
sealed interface UpdateOutcome {
    /** Another bundle is in use now, of this version. */
    data class Taken(val version: String) : UpdateOutcome

    /** What the channel names is in use. */
    data object Current : UpdateOutcome

    /** A new model reaches some installs, and not this one yet. */
    data object Later : UpdateOutcome
}

/**
 * Takes a newer model through the operator's channel: prove it, switch to it whole, keep the previous one.
 *
 * Channel (signature, expiry, sequence, rollout) -> description (hash, signature, sequence) -> room on the disk ->
 * files (size and hash while they stream, resumed where they broke off) -> golden photos -> switch. Whatever fails
 * before the switch leaves the model in use as it is.
 */
internal class Update(
    private val models: Models,
    private val origin: Origin,
    private val engine: Engine,
    private val patience: Patience,
    private val channel: String = "stable",
    private val app: Version = requireNotNull(Version.of(About.VERSION)),
) {
    private class Signed(val document: ByteArray, val signature: ByteArray)

    /** Look, and take what is offered. Throws [Trouble]; the old model stays then. */
    fun run(now: Instant = Instant.now()): UpdateOutcome {
        val offered = readChannel()
        val current = inUse() // before what the channel withdraws gives way to an older one
        val decision = offered.decide(device(current), now)
        models.accept(offered.sequence, offered.revoked)
        return when (decision) {
            Decision.KEEP -> UpdateOutcome.Current
            Decision.WAIT -> UpdateOutcome.Later
            Decision.TAKE -> take(offered, current)
        }
    }

    private fun take(offered: Channel, current: ModelBundle?): UpdateOutcome {
        val sha256 = offered.bundleSha256
        val signed = signed("/v1/models/bundles/$sha256")
        val offer = chosen(signed.document, signed.signature, offered, current?.offer?.sequence, models.trust)
        obtain(sha256, signed, offer)
        models.switchTo(sha256)
        return UpdateOutcome.Taken(offer.version)
    }

    private fun readChannel(): Channel {
        val path = "/v1/models/channel"
        return try {
            channel(signed(path))
        } catch (trouble: Trouble) {
            if (trouble.code != "changed" && trouble.code != "unknown-key") throw trouble
            channel(signed(path)) // perhaps a newer one was published between the two requests
        }
    }

    private fun channel(signed: Signed) = Channel.read(signed.document, signed.signature, models.trust)

    private fun inUse(): ModelBundle? =
        try {
            models.open()
        } catch (_: Trouble) {
            null
        }

    private fun device(current: ModelBundle?) =
        Device(channel, app, models.seen, models.revoked, models.installId, current?.sha256)

    /** Exact bytes and their signature. */
    private fun signed(path: String): Signed =
        try {
            Signed(origin.fetch(path), origin.fetch("$path/signature"))
        } catch (trouble: Trouble) {
            if (trouble.code != "not-found") throw trouble
            throw Trouble("not-held", "the server does not hold the model that its channel names: try again later")
        }

    /** The whole bundle on this device, proved on its golden photos; one that was kept is not fetched again. */
    private fun obtain(sha256: String, signed: Signed, offer: Offer) {
        val folder = if (models.held(sha256) != null) models.folder.resolve(sha256) else models.unfinished(sha256)
        val download = Download(origin, folder, patience)
        download.insistOnRoom(offer.needed())
        offer.needed().forEach(download::fetch)
        Files.writeAtomically(signed.document, folder.resolve("bundle.json"))
        Files.writeAtomically(signed.signature, folder.resolve("bundle.sig"))
        val bundle = ModelBundle.open(folder, models.trust)
        val golden = Golden.read(Files.named { bundle.goldenFile.readBytes() })
        SelfTest.ran { Grader(bundle, engine) }.use { SelfTest(golden, bundle.precision).check(it) }
    }

    companion object {
        /** The description of the bundle that the channel means, if it is newer than [current], or a rollback. */
        fun chosen(document: ByteArray, signature: ByteArray, channel: Channel, current: Int?, trust: Trust): Offer {
            if (sha256Hex(document) != channel.bundleSha256) {
                throw Trouble("other-bundle", "the server sent another model than its channel names")
            }
            val offer = ModelBundle.described(document, signature, trust)
            if (current != null && offer.sequence <= current && !channel.rollback) {
                val sentence = "${offer.title} is not newer than sequence $current, and the channel does not go back"
                throw Trouble("not-newer", sentence)
            }
            offer.needed().firstOrNull { !it.isInside }?.let {
                throw Trouble("outside", "the bundle names a file outside itself: ${it.path}")
            }
            return offer
        }
    }
}
