package io.skinscore.app

import android.app.Activity
import android.content.ActivityNotFoundException
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
            Screen.ACCOUNT to AccountPage(kit, model, ::askWhere),
        )
    }
    private val watcher = ::show
    private var password: String? = null

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
        if (request == EXPORT) chosen?.let(::export)
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

    /** Asks where the archive goes; it is fetched when that is known. */
    private fun askWhere(password: String) {
        this.password = password
        val intent =
            Intent(Intent.ACTION_CREATE_DOCUMENT)
                .addCategory(Intent.CATEGORY_OPENABLE)
                .setType("application/zip")
        orTell {
            startActivityForResult(intent.putExtra(Intent.EXTRA_TITLE, "skinscore.zip"), EXPORT)
        }
    }

    private fun export(place: Uri) {
        model.export(password.orEmpty()) { archive ->
            contentResolver.openOutputStream(place)?.use { it.write(archive) }
        }
        password = null
    }

    private fun orTell(work: (Activity) -> Unit) =
        try {
            work(this)
        } catch (trouble: Trouble) {
            model.tell(trouble)
        } catch (_: ActivityNotFoundException) {
            model.tell(Trouble("storage", "no app here can save a file"))
        }

    private companion object {
        const val PART = "part"
        const val EXPORT = 3
    }
}
