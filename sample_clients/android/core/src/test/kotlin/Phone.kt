package io.skinscore.core

import java.io.File
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull

/** One device of a conversation: a client with a home of its own, which does what a step says. */
class Phone(private val home: File, transport: Transport, patience: Patience = impatient) : AutoCloseable {
    val client = SkinScoreClient(home, home, transport, TRUST, NoEngine, patience = patience)

    /** Do the step; its answer, or the type of the problem that it met. */
    fun act(step: JsonElement): JsonElement =
        try {
            done(step) ?: JsonNull
        } catch (trouble: Trouble) {
            jsonOf(trouble.code)
        }

    private fun done(step: JsonElement): JsonElement? {
        when (val what = step["do"].text) {
            "sign_in" -> return signIn(step)
            "sync" -> return sync(step["limit"].whole?.toInt())
            "add" -> client.store.add(checkNotNull(Record.of(step["record"])))
            "delete" -> client.store.delete(checkNotNull(step["id"].text))
            "note" -> client.note(checkNotNull(step["id"].text), checkNotNull(step["text"].text))
            "forget_access" -> client.server.forgetAccess()
            "consent" -> client.account.consent(versions(step["versions"]))
            else -> throw IllegalArgumentException("this client does not know how to $what")
        }
        return null
    }

    private fun sync(limit: Int?): JsonElement {
        val found = client.sync(limit)
        return json(
            "pushed" to found.pushed,
            "pulled" to found.pulled,
            "refused" to found.refused,
            "complete" to found.complete,
        )
    }

    private fun signIn(step: JsonElement): JsonElement {
        val how = SignIn.valueOf(checkNotNull(step["how"].text).uppercase())
        val (email, password, device) = listOf("email", "password", "device").map { step[it].text.orEmpty() }
        val who = Credentials(email, password, device, step["code"].text, versions(step["consents"]))
        return jsonOf(client.signIn(how, who, adopt = true))
    }

    private fun versions(said: JsonElement?) = said.fields.mapValues { checkNotNull(it.value.whole).toInt() }

    /** What must be true after a step, as it is in memory and as a restarted app finds it. */
    fun states(): List<JsonElement> = listOf(client.store, Store(FileStorage(home))).map(::state)

    private fun state(store: Store): JsonElement =
        json(
            "live" to store.live.map { it.id },
            "xor" to Record.fold(store.live),
            "notes" to store.notes,
            "unsent" to store.unsentIds.size,
            "parked" to store.refused.keys.sorted(),
            "signed_in" to client.isSignedIn,
        )

    override fun close() = client.close()

    private companion object {
        val TRUST = Trust.of(GoldenFiles.trustedKeys.readBytes(), runtime = "1.4.0")
    }
}
