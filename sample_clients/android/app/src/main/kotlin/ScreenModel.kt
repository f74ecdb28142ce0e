package io.skinscore.app

import io.skinscore.core.Credentials
import io.skinscore.core.SignIn
import io.skinscore.core.SkinScoreClient
import io.skinscore.core.Trend
import io.skinscore.core.UpdateOutcome

/**
 * What the screens show, and what their buttons do; for the main thread. Calls go to the [client]
 * in the background. [onChange]: something new waits to be sent.
 */
class ScreenModel(
    private val client: () -> SkinScoreClient,
    private val work: Work,
    private val onChange: () -> Unit,
) {
    /** Told of every new state, and at once of this one. */
    var watcher: ((State) -> Unit)? = null
        set(value) {
            field = value
            value?.invoke(state)
        }

    var state = State()
        private set(value) {
            field = value
            watcher?.invoke(value)
        }

    fun go(screen: Screen) {
        state = state.copy(screen = screen, message = null)
        if (screen == Screen.TREND) ask(state.asked)
    }

    fun choose(part: Int) {
        state = state.copy(part = part)
    }

    /** Show another attribute's map. */
    fun show(attribute: Int) {
        val looked = state.looked ?: return
        state = state.copy(looked = Looked(looked.photo, looked.description, attribute))
    }

    /** Grade what [photo] gives, if it gives any. */
    fun grade(photo: () -> ByteArray?) {
        val part = state.part
        perform(Task.GRADE, { client -> photo()?.let { Looked.by(client, it, part) } }) { looked ->
            if (looked == null) return@perform
            state = state.copy(looked = looked)
            if (looked.photo.kept) onChange()
        }
    }

    /** Back to taking a photo; with [discard] its grades go, too. */
    fun another(discard: Boolean = false) {
        val looked = state.looked ?: return
        state = state.copy(looked = null, message = null)
        if (discard && looked.photo.kept) delete(looked.photo.record.id)
    }

    fun note(id: String, text: String) = perform(Task.HISTORY, { it.note(id, text) }) { onChange() }

    fun delete(id: String) = perform(Task.HISTORY, { it.delete(id) }) { onChange() }

    fun ask(question: TrendQuestion) {
        state = state.copy(asked = question)
        perform(null, { it.trend(question.attribute, question.part, question.size) }) { trend: Trend
            ->
            if (state.asked == question) state = state.copy(trend = trend)
        }
    }

    fun sync() = perform(Task.SYNC, { it.sync() }) { if (it.complete) say("status.synced") }

    /** [adopt]: its owner said that the history made here without an account joins this one. */
    fun signIn(how: SignIn, who: Credentials, adopt: Boolean) =
        perform(Task.ACCOUNT, { it.signIn(how, who, adopt) }) { code ->
            state = state.copy(recoveryCode = code)
            if (how == SignIn.REGISTER) askForConsent() else onChange()
        }

    fun codeWritten() {
        state = state.copy(recoveryCode = null)
    }

    fun signOut() = perform(Task.ACCOUNT, { it.signOut() }) {}

    /** Show the text of the consent to keep the history on the server. */
    fun askForConsent() =
        perform(Task.ACCOUNT, { it.account.consentText(SYNC) }) { state = state.copy(consent = it) }

    /** Agree to the text that is shown, withdraw, or leave it as it is ([agreed] is null). */
    fun answer(agreed: Boolean?) {
        val asked = state.consent ?: return
        state = state.copy(consent = null)
        if (agreed == null) return
        val version = if (agreed) asked.version else 0
        perform(Task.ACCOUNT, { it.account.consent(mapOf(SYNC to version)) }) {
            if (agreed) onChange()
        }
    }

    /** Everything that the server keeps goes to [keep], on a background thread. */
    fun export(password: String, keep: (ByteArray) -> Unit) =
        perform(Task.ACCOUNT, { keep(it.account.export(password)) }) { say("account.exported") }

    fun deleteAccount(password: String) =
        perform(Task.ACCOUNT, { it.deleteAccount(password) }) { forget() }

    /** Forget person and history here, whoever's they are. */
    fun eraseHere() = perform(Task.ACCOUNT, { it.eraseHere() }) { forget() }

    private fun forget() {
        state = state.copy(looked = null, trend = null)
    }

    fun update() =
        perform(Task.MODEL, { it.update() }) { outcome ->
            when (outcome) {
                is UpdateOutcome.Taken -> say("account.modelTaken", "version" to outcome.version)
                UpdateOutcome.Current -> say("account.modelSame")
                UpdateOutcome.Later -> say("account.modelLater")
            }
        }

    /** Read everything anew, and sync where there is a login. */
    fun start() = perform(null, { it.isSignedIn }) { signedIn -> if (signedIn) sync() }

    /** Show what went wrong. */
    fun tell(fault: Throwable) {
        state = state.copy(message = Message.Failed(fault))
    }

    private fun say(key: String, vararg values: Pair<String, Any>) {
        state = state.copy(message = Message.Said(key, *values))
    }

    /**
     * Do something in the background; afterwards show what is true then, and what went wrong. What
     * is no [task] of a person leaves the message of the last one. What was done counts also where
     * the rest cannot be read: told as a failure it would be done twice.
     */
    private fun <T> perform(task: Task?, call: (SkinScoreClient) -> T, done: (T) -> Unit) {
        if (task != null) state = state.copy(busy = state.busy + task, message = null)
        work.run({ client().let { runCatching { call(it) } to runCatching { Held.by(it) } } }) { result
            ->
            val (answer, held) =
                result.getOrElse { Result.failure<T>(it) to Result.failure<Held>(it) }
            val fault = answer.exceptionOrNull() ?: held.exceptionOrNull()
            val message = fault?.let(Message::Failed) ?: state.message
            state =
                state.copy(
                    busy = state.busy - setOfNotNull(task),
                    held = held.map(state.held::orNewer).getOrDefault(state.held),
                    message = message,
                )
            answer.onSuccess(done)
        }
    }

    private companion object {
        const val SYNC = "sync"
    }
}
