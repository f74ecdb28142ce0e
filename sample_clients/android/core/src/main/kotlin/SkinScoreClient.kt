package io.skinscore.core

import java.io.File

/** A graded photo, the [bundle] that graded it, and its record where it was [kept]. */
class GradedPhoto(val grading: Grading, val record: Record, val bundle: ModelBundle, val kept: Boolean)

/**
 * One person's client. Calls block, so none belongs on an app's main thread; any thread may call, and what a call
 * reports as done is on disk. Every refusal is a [Trouble]; a thread that is interrupted in one that talks to the
 * server ends it with `InterruptedException`, and nothing is lost.
 *
 * [shipped] is the folder of the bundle that came with the app, [home] where history and models live: one client at a
 * time may have it open (`in-use`). The history can be read when the bundle cannot.
 */
class SkinScoreClient(
    shipped: File,
    home: File,
    transport: Transport,
    trust: Trust,
    engine: Engine,
    storage: Storage = FileStorage(home),
    secrets: Secrets = FileSecrets(home),
    patience: Patience = Patience.USUAL,
) : AutoCloseable {
    private val own = Home(home)
    internal val store = own.keptBy { Store(storage) }
    internal val server = Server(store, secrets, transport, patience)
    private val model = ModelInUse(Models(shipped, home, store, trust), engine)
    private val signing = Any()

    /** The account's own calls: consents, export, password, recovery code. */
    val account = Account(server)

    /** Whether this device has a login, as far as it knows. */
    val isSignedIn: Boolean get() = server.isSignedIn

    /** Records here that belong to no account yet. */
    val guestRecords: Int get() = if (store.setting("account") == null) store.live.size else 0

    /** All live scores, oldest first. */
    val history: List<Record> get() = store.live.filter { it.isScore }

    /** The text that shows at each score; empty where it was taken away. */
    val notes: Map<String, String> get() = store.notes

    /** Ids of records and deletes that wait for a sync. */
    val unsent: List<String> get() = store.unsentIds

    /** Ids of records that the server refused; they stay here. */
    val refused: Set<String> get() = store.refused.keys

    /** Of the account that this history belongs to; null for a guest's. */
    val email: String? get() = store.setting("email")

    /** The verified bundle in use. */
    val bundle: ModelBundle get() = model.bundle()

    /**
     * Grade a photo of a [part] of the face (0 cheek, 1 forehead, 2 centre, 3 chin) offline; keep its record and queue
     * it for the next sync, if the model learned that part.
     */
    fun grade(photo: ByteArray, part: Int, keep: Boolean = true): GradedPhoto {
        val (found, bundle) = model.grade(photo, part)
        val record = score(found, bundle, Moment.now())
        val kept = keep && found.attributes.any { it.believed }
        if (kept) store.add(record)
        return GradedPhoto(found, record, bundle, kept)
    }

    /**
     * Register, log in, or recover with a code; the next recovery code where there is one, to be shown once. A guest's
     * history joins the account when its owner said so ([adopt]).
     */
    fun signIn(how: SignIn, who: Credentials, adopt: Boolean): String? =
        synchronized(signing) {
            if (!adopt && guestRecords > 0) {
                throw Trouble("adopt", "there is a history without an account here: ask whether it joins this account")
            }
            server.signIn(how, who)
        }

    /** Push and pull; nothing is lost where it fails. [limit]: records in a page, the server's own number without. */
    fun sync(limit: Int? = null): SyncOutcome = synchronized(signing) { Sync(store, server, limit).run() }

    /** One attribute over time, offline. */
    fun trend(attribute: String, part: Int? = null, size: Trend.BucketSize = Trend.BucketSize.DAY): Trend {
        val known =
            try {
                bundle
            } catch (_: Trouble) {
                null
            }
        return Trend.of(history, attribute, part, size) { model ->
            known?.takeIf { it.model == model }?.let { it.description.gradedParts[attribute].orEmpty() }
        }
    }

    /** Take a newer model if the server's channel offers one; where that fails the model in use stays. */
    fun update(): UpdateOutcome = model.update(server, server.patience)

    /** Write a note on a score; empty text takes it away. */
    fun note(id: String, text: String) {
        if (text.codePointCount(0, text.length) > About.NOTE_LENGTH) {
            throw Trouble("note-too-long", "a note has at most ${About.NOTE_LENGTH} characters")
        }
        insistOn(id)
        store.add(Record.note(id, text))
    }

    /** Delete a record here; the next sync deletes it everywhere. */
    fun delete(id: String) {
        insistOn(id)
        store.delete(id)
    }

    /** [square] is the model's input as a lossless PNG, never the camera's file. Needs the consent `heatmap`. */
    fun heatmaps(square: ByteArray): Heatmaps = Heatmaps.of(server, square, bundle.modelSha256)

    /** End this device's login; false when the server could not be told. The history stays. */
    fun signOut(): Boolean = server.signOut()

    /** Delete the account on the server, and its history on the server and here. */
    fun deleteAccount(password: String) {
        account.delete(password)
        eraseHere()
    }

    /**
     * Forget person, login and history on this device, whatever the server holds. Nothing brings back what was not
     * synced.
     */
    fun eraseHere() {
        server.forget() // a sync under way ends at its next request
        synchronized(signing) {
            server.forget() // a login that was on its way
            store.erase()
        }
    }

    /** Let go of the model and the folder; the client is of no use afterwards. */
    override fun close() {
        model.letGo()
        own.close()
    }

    private fun insistOn(id: String) {
        if (store.get(id) == null) throw Trouble("not-found", "there is no record $id on this device")
    }
}
