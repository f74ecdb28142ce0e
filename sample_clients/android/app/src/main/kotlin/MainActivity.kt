package io.skinscore.app

import android.app.Activity
import android.app.AlertDialog
import android.content.ActivityNotFoundException
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.view.ViewGroup.LayoutParams.MATCH_PARENT
import android.widget.FrameLayout
import android.widget.LinearLayout
import io.skinscore.core.Trouble

/** The whole app: grade, history, trend, account. */
class MainActivity : Activity() {
    private val model by lazy { app.model }
    private val kit by lazy { Kit(this) }
    private val head by lazy { Head(kit) }
    private val bar by lazy { NavBar(kit, model::go) }
    private val questions by lazy { Questions(kit, model) }
    private val pages by lazy {
        mapOf(
            Screen.GRADE to GradePage(kit, model, { orTell { PhotoSources.takePhoto(this) } }, { orTell { PhotoSources.choosePhoto(this) } }),
            Screen.HISTORY to HistoryPage(kit, model),
            Screen.TREND to TrendPage(kit, model),
            Screen.ACCOUNT to AccountPage(kit, model, ::export),
        )
    }
    private var password: String? = null

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        saved?.getInt(PART)?.let(model::choose) // the camera may have cost the process
        setContentView(Edges.kept(this, kit.look, content()))
        model.start()
    }

    override fun onStart() {
        super.onStart()
        model.watcher = ::show
    }

    override fun onStop() {
        super.onStop()
        model.watcher = null
        questions.close()
    }

    override fun onSaveInstanceState(saved: Bundle) {
        super.onSaveInstanceState(saved)
        saved.putInt(PART, model.state.part)
    }

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        super.onActivityResult(request, result, data)
        val chosen = data?.data
        when {
            result != RESULT_OK -> Unit
            request == EXPORT -> if (chosen != null) model.export(password.orEmpty()) { contentResolver.openOutputStream(chosen)?.use { out -> out.write(it) } }
            else -> model.grade { PhotoSources.read(applicationContext, request, chosen) }
        }
        password = null
    }

    private fun content(): View {
        val frame = FrameLayout(this)
        pages.values.forEach { frame.addView(it.view, FrameLayout.LayoutParams(MATCH_PARENT, MATCH_PARENT)) }
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
        questions.show(state)
    }

    /** Asks where the archive goes; it is fetched when that is known. */
    private fun export(password: String) {
        this.password = password
        val intent = Intent(Intent.ACTION_CREATE_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType("application/zip")
        orTell { startActivityForResult(intent.putExtra(Intent.EXTRA_TITLE, "skinscore.zip"), EXPORT) }
    }

    private fun orTell(work: () -> Unit) {
        try {
            work()
        } catch (trouble: Trouble) {
            AlertDialog.Builder(this).setMessage(kit.words.of(trouble)).setPositiveButton(android.R.string.ok, null).show()
        } catch (_: ActivityNotFoundException) {
            AlertDialog.Builder(this).setMessage(kit.words.of("error.storage")).setPositiveButton(android.R.string.ok, null).show()
        }
    }

    private companion object {
        const val PART = "part"
        const val EXPORT = 3
    }
}
