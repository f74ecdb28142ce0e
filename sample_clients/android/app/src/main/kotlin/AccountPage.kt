package io.skinscore.app

import android.view.View
import io.skinscore.core.About

/** The account that keeps a history safe, and what this device has. */
class AccountPage(
    private val kit: Kit,
    private val model: ScreenModel,
    export: () -> Unit,
) : Page {
    private val words = kit.words
    private val signIn = SignInForm(kit, model)
    private val who = kit.bold("", 17f)
    private val unsent = kit.aside("")
    private val sync = kit.button(words.of("account.sync"), Kind.PRIMARY) { model.sync() }
    private val version = kit.text("")
    private val look = kit.button(words.of("account.modelCheck")) { model.update() }
    private val ended = kit.notice(kit.text(words.of("account.ended"), 15f))
    private val erase = kit.button(words.of("account.erase"), Kind.DANGER) { askToErase() }

    private val signedIn =
        kit.column(
            kit.card(
                kit.aside(words.of("account.signedInAs")),
                who,
                unsent,
                sync,
                kit.button(words.of("account.out")) { askToSignOut() },
            ),
            kit.card(
                kit.heading(words.of("account.consents")),
                kit.button(words.of("account.consent.sync")) { model.askForConsent() },
            ),
            kit.card(
                kit.heading(words.of("account.data")),
                kit.button(words.of("account.export"), onClick = export),
                kit.button(words.of("account.delete"), Kind.DANGER) { askToDelete() },
            ),
            gap = 16,
        )
    private val signedOut = kit.column(ended, signIn.view, erase, gap = 16)
    private val device = kit.card(kit.heading(words.of("account.device")), version, look)

    override val view: View =
        kit.scrolling(
            kit.column(kit.title(words.of("account.title")), signedIn, signedOut, device, gap = 16)
        )

    override fun show(state: State) {
        val held = state.held
        val isBusy = state.busy.any { it != Task.GRADE }
        signedIn.shown = held.signedIn
        signedOut.shown = !held.signedIn
        listOf(ended, erase).forEach { it.shown = held.email != null }
        who.text = held.email.orEmpty()
        unsent.text = status(held)
        version.text =
            held.version?.let { words.of("account.model", "version" to it) }
                ?: "skinscore ${About.VERSION}"
        listOf(sync, look).forEach { it.isEnabled = !isBusy }
        signIn.show(held, isBusy)
    }

    private fun status(held: Held) =
        if (held.unsent.isEmpty()) words.of("status.synced")
        else words.of("status.unsent", "count" to held.unsent.size)

    private fun askToSignOut() {
        val waiting = model.state.held.unsent.size
        val more = if (waiting > 0) " ${words.of("account.outUnsent", "count" to waiting)}" else ""
        confirm("account.outTitle", words.of("account.outLead") + more, "account.out") {
            model.signOut()
        }
    }

    private fun askToErase() =
        confirm("account.erase", words.of("account.eraseLead"), "account.erase") {
            model.eraseHere()
        }

    private fun askToDelete() =
        PasswordDialog(kit, "account.delete", "account.deleteLead", model::deleteAccount).show()

    private fun confirm(title: String, lead: String, yes: String, done: () -> Unit) {
        val cancel = Reply(words.of("action.cancel"))
        kit.ask(words.of(title), lead, Reply(words.of(yes), Kind.DANGER, done), cancel)
    }
}
