package io.skinscore.core

import java.util.Base64
import kotlinx.serialization.json.JsonObject
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters
import org.bouncycastle.crypto.signers.Ed25519Signer

/** The keys that an app trusts, by id, and the version of the ExecuTorch that it carries. */
class Trust private constructor(private val keys: Map<String, ByteArray>, internal val runtime: Version) {
    /**
     * Whether a trusted key signed these exact bytes of [what] (Ed25519, RFC 8032). Throws [Trouble] `unknown-key` or
     * `changed`.
     */
    internal fun verify(signed: ByteArray, signature: ByteArray, what: String) {
        val detached = readForm(signature) { it.needText("key_id") to decoded(it.needText("signature")) }
        val key = detached?.let { (id, _) -> keys[id] }
        if (detached == null || key == null) {
            throw Trouble("unknown-key", "the $what is signed by an unknown key, or its signature is damaged")
        }
        if (!holds(detached.second, signed, key)) throw Trouble("changed", "the $what was changed after it was signed")
    }

    private fun holds(signature: ByteArray, signed: ByteArray, key: ByteArray): Boolean {
        val signer = Ed25519Signer()
        signer.init(false, Ed25519PublicKeyParameters(key))
        signer.update(signed, 0, signed.size)
        return signer.verifySignature(signature)
    }

    companion object {
        /**
         * [trustedKeys]: the content of `trusted_keys.json`, key id to public key in base64; [runtime]: such as
         * `1.4.0`. Throws [IllegalArgumentException]: an app that ships other content cannot verify anything.
         */
        fun of(trustedKeys: ByteArray, runtime: String): Trust {
            val listed = requireNotNull(parseJson(trustedKeys) as? JsonObject) { "the trusted keys are no JSON object" }
            val keys = listed.mapValues { (_, key) -> decoded(key.asText()) }
            keys.values.forEach(::Ed25519PublicKeyParameters)
            return Trust(keys, requireNotNull(Version.of(runtime)) { "no version: $runtime" })
        }

        private fun decoded(base64: String): ByteArray = Base64.getDecoder().decode(base64)
    }
}
