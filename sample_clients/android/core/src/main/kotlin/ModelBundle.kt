package io.skinscore.core

import java.io.File
import java.io.IOException
import kotlinx.serialization.json.JsonObject

/** A verified bundle on disk. [sha256] is of its bundle.json. */
class ModelBundle private constructor(
    val offer: Offer,
    val description: BundleDescription,
    val folder: File,
    val sha256: String,
) {
    private val file = offer.phoneFile()
    private val program = file.parts.first()

    /** Name, version and sequence, as records carry them. */
    val model: JsonObject = json("name" to offer.name, "version" to offer.version, "sequence" to offer.sequence)

    /** The `.pte`. */
    val modelFile: File get() = folder.resolve(program.path)

    /** Hash of the `.pte`, as records carry it. */
    val modelSha256: String get() = program.sha256

    /** How exact the file's numbers are, such as `int8`; golden answers are kept per precision. */
    val precision: String get() = file.precision

    /** The golden photos and answers, which [Golden] reads. */
    val goldenFile: File get() = folder.resolve(offer.golden.path)

    companion object {
        private const val OTHER_FORM = "the bundle has another form than this client reads: update the app"

        /** Signature, size and hash first: a file that fails is never run. Throws [Trouble]. */
        fun open(folder: File, trust: Trust): ModelBundle {
            val document = read(folder, "bundle.json")
            val offer = described(document, read(folder, "bundle.sig"), trust)
            for (part in offer.phoneFile().parts) {
                if (!part.isInside || !part.fits(folder.resolve(part.path))) {
                    throw Trouble("damaged", "${part.path} is missing or damaged: get the bundle again")
                }
            }
            val description = readForm(document, BundleDescription::of) ?: throw Trouble("other-form", OTHER_FORM)
            return ModelBundle(offer, description, folder, sha256Hex(document))
        }

        private fun read(folder: File, name: String): ByteArray =
            try {
                folder.resolve(name).readBytes()
            } catch (error: IOException) {
                throw Trouble("missing", "there is no signed bundle in ${folder.name}", error)
            }

        /** What a signed bundle.json offers, if this client can run it. Throws [Trouble]. */
        internal fun described(document: ByteArray, signature: ByteArray, trust: Trust): Offer {
            trust.verify(document, signature, "bundle")
            val offer = readForm(document, Offer::of) ?: throw Trouble("other-form", OTHER_FORM)
            val needed = offer.phoneFile().minRuntime
            if ((Version.of(needed) ?: throw tooOld(needed)) > trust.runtime) throw tooOld(needed)
            return offer
        }

        private fun tooOld(needed: String) =
            Trouble("runtime-too-old", "the model needs ExecuTorch $needed: update the app")
    }
}
