package io.skinscore.app

import android.content.res.ColorStateList
import android.view.View
import android.widget.LinearLayout
import android.widget.SeekBar
import io.skinscore.core.GradedPhoto

/** Five grades of one photo: how sure, and where they were seen. */
class ResultView(private val kit: Kit, private val model: ScreenModel) {
    private val words = kit.words
    private val heat = HeatPhoto(kit.context, kit.look)
    private val rows = mutableListOf<GradeRow>()
    private val below = kit.column(gap = 12)
    private var shown: GradedPhoto? = null

    val view: LinearLayout =
        kit.column(kit.title(words.of("result.title")), heat, strength(), legend(), below, gap = 14)

    /** Makes the rows anew only for another photo, so that a screen reader keeps its place. */
    fun show(looked: Looked) {
        if (shown !== looked.photo) fill(looked)
        shown = looked.photo
        rows.forEachIndexed { place, row -> row.isChosen = place == looked.chosen }
        val name = words.name(looked.description.attributes[looked.chosen])
        heat.show(looked, words.of("result.heatAlt", "name" to name))
    }

    private fun fill(looked: Looked) {
        below.removeAllViews()
        rows.clear()
        advice(looked.photo)?.let(below::addView)
        below.addView(kit.heading(words.of("result.heat")))
        looked.photo.grading.attributes.forEachIndexed { place, graded ->
            val row =
                GradeRow(kit, looked.description.attributes[place], graded) { model.show(place) }
            rows += row
            below.addView(row.view)
        }
        listOf(
                kept(looked.photo),
                actions(),
                kit.aside(coverage(looked)),
                kit.aside(words.of("result.disclaimer")),
            )
            .forEach(below::addView)
    }

    private fun advice(photo: GradedPhoto): View? {
        val asked =
            photo.grading.advice.ifEmpty {
                return null
            }
        val lines = asked.map { kit.text(words.of("advice.${it.code}"), 15f) }
        return kit.notice(kit.heading(words.of("advice.title")), *lines.toTypedArray())
    }

    private fun kept(photo: GradedPhoto): View =
        kit.bold(if (photo.kept) "✓ ${words.of("result.kept")}" else words.of("result.notGraded"))
            .apply { setTextColor(kit.look.accent) }

    private fun actions(): View =
        kit.row(
            kit.button(words.of("result.again"), Kind.PRIMARY) { model.another() }.filling(),
            kit.button(words.of("result.discard"), Kind.QUIET) { model.another(discard = true) },
        )

    private fun coverage(looked: Looked) =
        words.of("result.rangeWhy", "coverage" to looked.description.coverage)

    private fun strength(): View {
        val bar = SeekBar(kit.context)
        bar.max = STEPS
        bar.progress = STEPS
        bar.minimumHeight = kit.look.dp(Look.TOUCH)
        bar.contentDescription = words.of("result.heatStrength")
        val accent = ColorStateList.valueOf(kit.look.accent)
        bar.progressTintList = accent
        bar.thumbTintList = accent
        bar.setOnSeekBarChangeListener(Moved { heat.strength = it / STEPS.toFloat() })
        return kit.column(kit.text(words.of("result.heatStrength"), 14f), bar, gap = 0)
    }

    private fun legend(): View =
        Flow(kit.context, kit.look.dp(16)).apply {
            addView(mark(kit.look.up, words.of("result.up")))
            addView(mark(kit.look.down, words.of("result.down")))
        }

    private fun mark(colour: Int, text: String): View {
        val swatch = View(kit.context)
        swatch.background = kit.look.shape(colour, 4)
        swatch.layoutParams = LinearLayout.LayoutParams(kit.look.dp(14), kit.look.dp(14))
        return kit.row(swatch, kit.aside(text), gap = 8)
    }

    private companion object {
        const val STEPS = 20
    }
}

private class Moved(private val to: (Int) -> Unit) : SeekBar.OnSeekBarChangeListener {
    override fun onProgressChanged(bar: SeekBar, progress: Int, byHand: Boolean) = to(progress)

    override fun onStartTrackingTouch(bar: SeekBar) = Unit

    override fun onStopTrackingTouch(bar: SeekBar) = Unit
}
