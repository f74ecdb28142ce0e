package io.skinscore.core

import java.io.File
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull

/** One device: a client with a home of its own, which does what a step says. */
class Phone(
    private val home: File,
    transport: Transport,
    shipped: File = home,
    engine: Engine = NoEngine,
    patience: Patience = impatient,
) : AutoCloseable {
    val client = SkinScoreClient(shipped, home, transport, TRUST, engine, patience = patience)

    private val actions: Map<String, (JsonElement) -> Any?> =
        mapOf(
            "sign_in" to ::signIn,
            "sync" to { sync(it["limit"].whole?.toInt()) },
            "ask_at_once" to { askAtOnce(it.needInt("threads")) },
            "add" to { add(it["record"]) },
            "add_all" to { it["records"].items.forEach(::add) },
            "note" to { client.note(it.needText("id"), it.needText("text")) },
            "delete" to { client.store.delete(it.needText("id")) },
            "forget_access" to { client.server.forgetAccess() },
            "consent" to { client.account.consent(versions(it["versions"])) },
            "grade" to { client.grade(File(it.needText("photo")).readBytes(), it.needInt("part")).record.value },
            "update" to { client.update().toString() },
            "sign_out" to { client.signOut() },
            "export" to { client.account.export(it.needText("password")).size },
            "delete_account" to { client.deleteAccount(it.needText("password")) },
            "erase" to { client.eraseHere() },
            "history" to { client.store.live.map { record -> record.value } },
        )

    /** Do the step; its answer, or the type of the problem that it met. */
    fun act(step: JsonElement): JsonElement =
        try {
            val answer = actions.getValue(step.needText("do"))(step)
            if (answer == Unit) JsonNull else jsonOf(answer)
        } catch (trouble: Trouble) {
            jsonOf(trouble.code)
        }

    private fun add(record: JsonElement?) = client.store.add(checkNotNull(Record.of(record)))

    private fun sync(limit: Int?): JsonElement {
        val found = client.sync(limit)
        return json(
            "pushed" to found.pushed,
            "pulled" to found.pulled,
            "refused" to found.refused,
            "complete" to found.complete,
        )
    }

    /** Threads that all need a fresh access token; whether each was told that the owner agreed to sync. */
    private fun askAtOnce(threads: Int): List<Boolean> {
        client.server.forgetAccess()
        val pool = Executors.newFixedThreadPool(threads)
        val found = pool.invokeAll(List(threads) { Callable { client.account.consentText("sync").agreed } })
        pool.shutdown()
        return found.map { it.get() }
    }

    private fun signIn(step: JsonElement): JsonElement {
        val how = SignIn.valueOf(step.needText("how").uppercase())
        val (email, password, device) = listOf("email", "password", "device").map { step[it].text.orEmpty() }
        val who = Credentials(email, password, device, step["code"].text, versions(step["consents"]))
        return jsonOf(client.signIn(how, who, adopt = step["adopt"].flag ?: true))
    }

    private fun versions(said: JsonElement?) = said.fields.mapValues { it.value.asInt() }

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
