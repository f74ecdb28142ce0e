package io.skinscore.core

import java.io.File
import java.util.Base64
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters
import org.bouncycastle.crypto.signers.Ed25519Signer

/** A key that is the same in every run, and worth nothing. */
class SmallKey(private val id: String, seed: Int = id.hashCode()) {
    private val private = Ed25519PrivateKeyParameters(ByteArray(32) { (seed + it).toByte() })

    val public: String get() = encoded(private.generatePublicKey().encoded)

    fun sign(document: ByteArray): ByteArray {
        val signer = Ed25519Signer()
        signer.init(true, private)
        signer.update(document, 0, document.size)
        return json("key_id" to id, "signature" to encoded(signer.generateSignature())).canonical()
    }

    private fun encoded(bytes: ByteArray) = Base64.getEncoder().encodeToString(bytes)

    companion object {
        val KNOWN = SmallKey("known")
        val STRANGER = SmallKey("stranger")

        /** Trusts [KNOWN] alone. */
        val TRUST = Trust.of(json("known" to KNOWN.public).canonical(), runtime = "1.4.0")
    }
}

/** One of the committed photos, with the answers that [MadeEngine] gives when it says [madeOutputs]. */
private val oneGoldenPhoto: JsonElement by lazy {
    val photo = parseJson(GoldenFiles.reference.resolve("golden.json").readBytes())["photos"].items.first()
    val answers = mapOf("grades" to List(5) { 2 }, "balanced" to List(5) { 3 }, "expected" to List(5) { 2 })
    val file = mapOf("png" to photo["png"], "input_sha256" to photo["input_sha256"])
    val made = file + ("outputs" to mapOf("int8" to answers))
    json("size" to 224, "tolerance_expected" to mapOf("int8" to 0), "photos" to listOf(made))
}

/** The committed description with tiny files, signed; [golden], [file] and [change] in place of its own. */
class SmallBundle(
    val sequence: Int,
    golden: JsonElement = oneGoldenPhoto,
    file: Map<String, Any> = emptyMap(),
    vararg change: Pair<String, Any?>,
) {
    val program = ByteArray(200_000) { (it * sequence).toByte() }
    private val photos = golden.canonical()
    val files = mapOf("model.pte" to program, "golden.json" to photos)
    val document: ByteArray
    val signature: ByteArray get() = SmallKey.KNOWN.sign(document)
    val sha256: String get() = sha256Hex(document)

    init {
        val kind = mapOf("format" to "executorch", "backend" to "xnnpack", "precision" to "int8")
        val runs = kind + mapOf("min_runtime" to "1.4.0", "parts" to listOf(listed("model.pte")))
        val fields = json(
            "sequence" to sequence,
            "version" to "0.0.$sequence",
            "files" to listOf(runs + file),
            "golden" to listed("golden.json"),
            *change,
        )
        document = JsonObject(GoldenFiles.description.fields + fields).canonical()
    }

    /** Write it as an export does. */
    fun writeTo(folder: File) {
        folder.mkdirs()
        val signed = mapOf("bundle.json" to document, "bundle.sig" to signature)
        for ((name, bytes) in files + signed) folder.resolve(name).writeBytes(bytes)
    }

    private fun listed(name: String): Map<String, Any> {
        val bytes = files.getValue(name)
        return mapOf("path" to name, "bytes" to bytes.size, "sha256" to sha256Hex(bytes))
    }
}
