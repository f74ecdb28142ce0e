package io.skinscore.app

import android.content.res.ColorStateList
import android.view.View
import android.widget.CheckBox
import io.skinscore.core.Credentials
import io.skinscore.core.SignIn

/** Sign in, make an account, or come back with the recovery code. */
class SignInForm(private val kit: Kit, private val model: ScreenModel) {
    private val words = kit.words
    private val ways =
        Choice(kit, SignIn.entries, { words.of("account.${it.name.lowercase()}") }, ::choose)
    private val email = kit.field(words.of("account.email"), Field.EMAIL)
    private val password = kit.field(words.of("account.password"), Field.PASSWORD)
    private val hint = kit.aside(words.of("account.passwordHint"))
    private val lead = kit.aside(words.of("account.recoverLead"))
    private val code = kit.field(words.of("account.code"), Field.CODE)
    private val adopt = tick()
    private val go = kit.button(words.of("account.go"), Kind.PRIMARY, ::submit)
    private val guest =
        kit.notice(
            kit.heading(words.of("account.guest")),
            kit.text(words.of("account.guestLead"), 15f),
        )
    private var way = SignIn.LOGIN
    private var held = Held()
    private var isBusy = false

    val view: View =
        kit.column(
            guest,
            kit.card(ways, lead, email.view, code.view, password.view, hint, adopt, go, gap = 16),
            gap = 16,
        )

    init {
        listOf(email, password, code).forEach { it.onText(::judge) }
        adopt.setOnClickListener { judge() }
        choose(way)
    }

    fun show(now: Held, busy: Boolean) {
        if (now.email != held.email) email.text = now.email.orEmpty()
        held = now
        isBusy = busy
        guest.shown = now.email == null
        adopt.shown = now.guestRecords > 0
        if (!adopt.shown) adopt.isChecked = false // nobody said so of what comes later
        adopt.text = words.of("account.adoptLead", "count" to now.guestRecords)
        judge()
    }

    private fun choose(chosen: SignIn) {
        way = chosen
        ways.mark(chosen)
        listOf(code.view, lead).forEach { it.shown = chosen == SignIn.RECOVER }
        hint.shown = chosen != SignIn.LOGIN
        password.label =
            words.of(if (chosen == SignIn.RECOVER) "account.newPassword" else "account.password")
        judge()
    }

    /** Whether all is there that this way asks for. */
    private fun judge() {
        val asked = listOfNotNull(email, password, code.takeIf { way == SignIn.RECOVER })
        go.isEnabled =
            !isBusy &&
                asked.all { it.text.isNotBlank() } &&
                (held.guestRecords == 0 || adopt.isChecked)
    }

    private fun submit() {
        val recovery = code.text.trim().takeIf { way == SignIn.RECOVER }
        model.signIn(
            way,
            Credentials(email.text.trim(), password.text, words.of("account.deviceName"), recovery),
            adopt.isChecked,
        )
        password.text = ""
        code.text = ""
    }

    private fun tick(): CheckBox =
        CheckBox(kit.context).apply {
            textSize = 15f
            setTextColor(kit.look.ink)
            buttonTintList = ColorStateList.valueOf(kit.look.accent)
            minHeight = kit.look.dp(Look.TOUCH)
        }
}
