package io.skinscore.core

import kotlinx.serialization.json.JsonElement

/** How to sign in. */
enum class SignIn(internal val word: String) {
    REGISTER("register"),
    LOGIN("login"),
    RECOVER("recover"),
}

/**
 * Who signs in. [code] is the recovery code, [consents] the versions of the texts that the owner of a new account was
 * shown and agreed to. No data class: those print what they hold.
 */
class Credentials(
    val email: String,
    val password: String,
    val device: String,
    val code: String? = null,
    val consents: Map<String, Int> = emptyMap(),
)

/** Register, log in or recover; a recovery code to be shown once, from all but a login. Throws [Trouble]. */
internal fun Server.signIn(how: SignIn, who: Credentials): String? {
    insistOnOwn(how, who.email)
    val body =
        mapOf(
            "email" to who.email,
            "password" to who.password,
            "device_name" to who.device,
            "platform" to About.PLATFORM,
            "recovery_code" to who.code,
            "consents" to who.consents.ifEmpty { null },
            "idempotency_key" to if (how == SignIn.LOGIN) null else attempt(),
        )
    val said = jsonOf(body.filterValues { it != null })
    val issued = send(Request("POST", "/v1/auth/${how.word}", json = said)).json()
    bind(issued, who.email)
    return issued["recovery_code"].text
}

/** End this device's login here, and on the server: false when that could not be told. */
internal fun Server.signOut(): Boolean =
    try {
        call(Request("POST", "/v1/auth/logout"))
        true
    } catch (_: Trouble) {
        false
    } finally {
        forget()
    }

/** The token first: should the app end in between, the attempt is still known and a repeat gives the same answer. */
private fun Server.bind(issued: JsonElement, email: String) {
    val account =
        issued["account_id"].text
            ?: throw Trouble("unexpected", "the server's answer names no account: update the app")
    if (store.setting("account") !in setOf(null, account)) {
        send(Request("POST", "/v1/auth/logout"), token = issued["access_token"].text)
        throw otherAccount()
    }
    keep(issued)
    try {
        store.set(mapOf("account" to account, "email" to email.lowercase(), "attempt" to null))
    } catch (trouble: Trouble) {
        forgetAccess()
        throw trouble
    }
}

/** Refuse another account before the server does anything: makes one, uses a code up, ends device logins. */
private fun Server.insistOnOwn(how: SignIn, email: String) {
    if (store.setting("account") == null) return
    val other = store.setting("email") !in setOf(null, email.lowercase())
    if (how == SignIn.REGISTER || other) throw otherAccount()
}

/** Names the attempt under way; kept until it is answered, so that a try after a crash is a repeat too. */
private fun Server.attempt(): String =
    store.setting("attempt") ?: Ids.randomName(ATTEMPT_BYTES).also { store.set(mapOf("attempt" to it)) }

private const val ATTEMPT_BYTES = 24

private fun otherAccount() =
    Trouble(
        "other-account",
        "the history on this device belongs to another account: sign in to that one, or erase it here",
    )
