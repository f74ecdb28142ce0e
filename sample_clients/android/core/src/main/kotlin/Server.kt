package io.skinscore.core

import java.io.IOException
import kotlin.math.max
import kotlinx.serialization.json.JsonElement

/**
 * One account on one server; any thread may call. No token, account or recovery code is lost to a crash or a lost
 * answer. The access token lives in memory only.
 */
class Server internal constructor(
    internal val store: Store,
    private val secrets: Secrets,
    private val transport: Transport,
    internal val patience: Patience,
) : Origin {
    @Volatile private var access: String? = null
    private val refreshing = Any()

    /** Whether this device has a login, as far as it knows. */
    val isSignedIn: Boolean get() = store.setting("account") != null && held() != null

    /** An authorised request; refreshes the access token once when it is missing or refused. Throws [Trouble]. */
    fun call(request: Request): Answer = authorised(request).first

    override fun fetch(path: String): ByteArray = send(Request("GET", path)).body

    override fun stream(path: String, headers: Map<String, String>): Stream {
        val answer = patiently(Request("GET", path, headers = headers))
        return Stream(answer.status, answer.header("Content-Range"), answer.stream)
    }

    /** A fresh access token for the password, good for export and deletion. */
    internal fun reauthenticate(password: String) {
        val (answer, used) = authorised(Request("POST", "/v1/auth/reauth", json = json("password" to password)))
        val fresh = answer.json()["access_token"].text
        synchronized(this) { if (access == used) access = fresh } // else that login ended meanwhile
    }

    /** Drop the tokens; the history stays. */
    @Synchronized
    internal fun forget() {
        access = null
        secrets.write(null)
    }

    /** Drop the access token, as a restart does. */
    internal fun forgetAccess() {
        access = null
    }

    /** Keep before use: a refresh token that was only used would be lost with the app. */
    @Synchronized
    internal fun keep(issued: JsonElement) {
        val (fresh, token) = issued["refresh_token"].text to issued["access_token"].text
        if (fresh == null || token == null) {
            throw Trouble("unexpected", "the server's answer has no tokens: update the app")
        }
        secrets.write(fresh)
        access = token
    }

    internal fun send(request: Request, token: String? = null): Answer {
        val bearer = token?.let { mapOf("Authorization" to "Bearer $it") }.orEmpty()
        return patiently(request.with(bearer)) { it.body }
    }

    /** The answer, and the access token that brought it. */
    private fun authorised(request: Request): Pair<Answer, String?> {
        if (access == null) refresh(null)
        val used = access
        try {
            return send(request, used) to used
        } catch (trouble: Trouble) {
            if (trouble.code != "invalid-token") throw trouble
        }
        refresh(used)
        val fresh = access
        return send(request, fresh) to fresh
    }

    /** A new access token, unless another thread fetched one since [used]. Ends the login only when told to. */
    private fun refresh(used: String?) =
        synchronized(refreshing) {
            if (access == null || access == used) renew()
        }

    private fun renew() {
        val token = if (isSignedIn) held() else null
        if (token == null) throw Trouble("unauthorized", "not signed in: sign in or register first")
        val issued =
            try {
                send(Request("POST", "/v1/auth/refresh", json = json("refresh_token" to token))).json()
            } catch (trouble: Trouble) {
                if (trouble.code in ENDED) whileHeld(token) { forget() }
                throw trouble
            }
        whileHeld(token) { keep(issued) }
    }

    /** Throws [Trouble] where that login ended, or another began, while the answer was on its way. */
    @Synchronized
    private fun whileHeld(token: String, work: () -> Unit) {
        if (held() != token) throw Trouble("unauthorized", "the login here changed meanwhile: try again")
        work()
    }

    @Synchronized private fun held(): String? = Files.named { secrets.read() }

    /** Ask until there is an answer of which [read] could take what it wants. */
    private fun patiently(request: Request, read: (Answer) -> Unit = {}): Answer {
        val dressed = request.with(FORMAT)
        for (attempt in 0 until patience.tries) {
            val answer = answerTo(dressed, read)
            val last = attempt == patience.tries - 1
            val asked = answer?.let(Patience::asked)?.toDouble() ?: 0.0
            if (answer != null && (last || asked > Patience.LONGEST || answer.status !in Patience.AGAIN)) {
                return Problems.checked(answer)
            }
            if (!last) patience.wait(max(Patience.pause(attempt), asked))
        }
        throw Trouble("offline", "the server cannot be reached; nothing is lost, try again later")
    }

    private fun answerTo(request: Request, read: (Answer) -> Unit): Answer? =
        try {
            transport.send(request).also { if (it.status < 400) read(it) else it.body }
        } catch (_: IOException) {
            if (Thread.interrupted()) throw InterruptedException()
            null
        }

    private companion object {
        /** Of records and sync; `client-too-old` when it is retired. */
        val FORMAT = mapOf("Skinscore-Format" to "1")
        val ENDED = setOf("refresh-reused", "refresh-expired", "refresh-revoked")
    }
}
