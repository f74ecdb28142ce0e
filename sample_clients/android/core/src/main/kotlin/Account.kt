package io.skinscore.core

/** The version and the text of what a purpose asks to agree to, and whether the owner has [agreed]. */
class ConsentText(val version: Int, val text: String, val agreed: Boolean)

/** What the signed-in owner of an account sees and changes of it. Every call throws [Trouble]. */
class Account internal constructor(private val server: Server) {
    /** What `sync` or `heatmap` asks to agree to, as the server has it now. */
    fun consentText(purpose: String): ConsentText {
        val account = server.call(Request("GET", "/v1/account")).json()
        val version = account["consent_texts"][purpose]["version"].whole
        val text = account["consent_texts"][purpose]["text"].text
        if (version == null || text == null) throw Trouble("unexpected", "the server knows no consent named $purpose")
        return ConsentText(version.toInt(), text, account["consents"][purpose].flag == true)
    }

    /** Agree to a version of the text of each purpose, which its owner was shown; 0 withdraws. */
    fun consent(versions: Map<String, Int>) {
        server.call(Request("PATCH", "/v1/account", json = json("consents" to versions)))
    }

    /** Everything that the server keeps about the account, as a ZIP. */
    fun export(password: String): ByteArray {
        server.reauthenticate(password)
        return server.call(Request("GET", "/v1/account/export")).body
    }

    /** A new recovery code, to be shown once; it ends the old one. */
    fun newRecoveryCode(password: String): String {
        server.reauthenticate(password)
        val changed = server.call(Request("PATCH", "/v1/account", json = json("new_recovery_code" to true))).json()
        return changed["recovery_code"].text
            ?: throw Trouble("unexpected", "the server's answer has no recovery code: update the app")
    }

    /** Another password; all other devices have to sign in again. */
    fun changePassword(password: String, next: String) {
        server.reauthenticate(password)
        server.call(Request("PATCH", "/v1/account", json = json("password" to next)))
    }

    internal fun delete(password: String) {
        server.reauthenticate(password)
        server.call(Request("DELETE", "/v1/account"))
    }
}
