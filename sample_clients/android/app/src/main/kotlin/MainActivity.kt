package io.skinscore.app

import android.app.Activity
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.view.Window
import android.widget.FrameLayout
import android.widget.LinearLayout
import io.skinscore.core.Trouble

/** The whole app: grade, history, trend, account. */
class MainActivity : Activity() {
    private val model by lazy { app.model }
    private val kit by lazy { Kit(this) }
    private val head by lazy { Head(kit) }
    private val bar by lazy { NavBar(kit, model::go) }
    private val back by lazy { Back(this, model) }
    private val questions by lazy { Questions(kit, model) }
    private val pages by lazy {
        mapOf(
            Screen.GRADE to
                GradePage(
                    kit,
                    model,
                    { orTell(PhotoSources::takePhoto) },
                    { orTell(PhotoSources::choosePhoto) },
                ),
            Screen.HISTORY to HistoryPage(kit, model),
            Screen.TREND to TrendPage(kit, model),
            Screen.ACCOUNT to AccountPage(kit, model, { orTell(ArchiveFile::choosePlace) }),
        )
    }
    private val watcher = ::show

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        requestWindowFeature(Window.FEATURE_NO_TITLE)
        saved?.getInt(PART)?.let(model::choose) // the camera may have cost the process
        Edges.show(this, kit.look, content())
        model.start()
    }

    override fun onStart() {
        super.onStart()
        model.watcher = watcher
    }

    override fun onStop() {
        super.onStop()
        if (model.watcher === watcher) model.watcher = null // another one may have come already
        questions.close()
    }

    override fun onSaveInstanceState(saved: Bundle) {
        super.onSaveInstanceState(saved)
        saved.putInt(PART, model.state.part)
    }

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        super.onActivityResult(request, result, data)
        if (result != RESULT_OK) return
        val chosen = data?.data
        if (request == ArchiveFile.PLACE) chosen?.let(::export)
        else model.grade { PhotoSources.read(applicationContext, request, chosen) }
    }

    @Deprecated("Android 13 and later ask the callback of Back")
    override fun onBackPressed() {
        if (!back.go()) finish()
    }

    private fun content(): View {
        val frame = FrameLayout(this)
        pages.values.forEach {
            frame.addView(it.view, FrameLayout.LayoutParams(MATCH_PARENT, MATCH_PARENT))
        }
        return LinearLayout(this).apply {
            orientation = LinearLayout.VERTICAL
            addView(head.view)
            addView(frame, LinearLayout.LayoutParams(MATCH_PARENT, 0, 1f))
            addView(bar.view)
        }
    }

    private fun show(state: State) {
        pages.forEach { (screen, page) -> page.view.shown = screen == state.screen }
        pages.getValue(state.screen).show(state)
        head.show(state)
        bar.show(state.screen)
        back.announce(state)
        questions.show(state)
    }

    /** The password comes last: Android may end the app while a place is chosen. */
    private fun export(place: Uri) {
        val files = applicationContext
        PasswordDialog(kit, "account.export", null) { password ->
                model.export(password) { ArchiveFile.write(files, place, it) }
            }
            .show()
    }

    private fun orTell(work: (Activity) -> Unit) =
        try {
            work(this)
        } catch (trouble: Trouble) {
            model.tell(trouble)
        }

    private companion object {
        const val PART = "part"
    }
}
