package io.skinscore.app

import android.view.View

/** Take or choose a photo of one part of the face; then its grades. */
class GradePage(kit: Kit, model: ScreenModel, takePhoto: () -> Unit, choosePhoto: () -> Unit) :
    Page {
    private val words = kit.words
    private val parts = Choice(kit, List(PARTS) { it }, words::part, model::choose)
    private val guide = kit.aside("")
    private val camera = kit.button(words.of("grade.camera"), Kind.PRIMARY, takePhoto)
    private val file = kit.button(words.of("grade.file"), onClick = choosePhoto)
    private val working = kit.aside(words.of("grade.working"))
    private val taking =
        kit.column(
            kit.title(words.of("grade.title")),
            kit.aside(words.of("grade.lead")),
            kit.card(kit.heading(words.of("grade.part")), parts, guide),
            kit.column(camera, file, working),
            kit.aside(words.of("grade.private")),
            kit.notice(kit.aside(words.of("grade.tips"))),
            gap = 16,
        )
    private val result = ResultView(kit, model)
    private val scroll = kit.scrolling(kit.column(taking, result.view))
    private var looked: Looked? = null

    override val view: View
        get() = scroll

    override fun show(state: State) {
        val isBusy = Task.GRADE in state.busy
        parts.mark(state.part)
        guide.text = words.of("guide.${state.part}")
        listOf(camera, file).forEach { it.isEnabled = !isBusy }
        working.shown = isBusy
        taking.shown = state.looked == null
        result.view.shown = state.looked != null
        state.looked?.takeIf { it !== looked }?.let(result::show) // two pictures are drawn for it
        if (state.looked?.photo !== looked?.photo) scroll.scrollTo(0, 0)
        looked = state.looked
    }

    private companion object {
        const val PARTS = 4
    }
}
