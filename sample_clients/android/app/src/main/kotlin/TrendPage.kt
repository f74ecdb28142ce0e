package io.skinscore.app

import android.view.View
import android.view.ViewGroup
import io.skinscore.core.BundleDescription
import io.skinscore.core.Trend
import io.skinscore.core.get
import io.skinscore.core.text

/** One attribute over time. */
class TrendPage(private val kit: Kit, private val model: ScreenModel) : Page {
    private val words = kit.words
    private val chart = TrendChart(kit.context, kit.look)
    private val remarks = kit.column(gap = 12)
    private val subject = kit.column()
    private val questions = kit.column(gap = 20)
    private val table = kit.column(gap = 4)
    private val tableButton =
        kit.button(words.of("trend.table"), Kind.QUIET) { table.shown = !table.shown }
    private val answer = kit.column(kit.card(chart), remarks, tableButton, table)
    private val empty =
        kit.card(kit.heading(words.of("trend.empty")), kit.aside(words.of("trend.emptyLead")))
    private var choices: Choices? = null

    override val view: View =
        kit.scrolling(
            kit.column(
                kit.title(words.of("trend.title")),
                subject,
                answer,
                empty,
                questions,
                gap = 20,
            )
        )

    init {
        table.shown = false
    }

    override fun show(state: State) {
        val description = state.held.description
        if (description != null) choicesFor(description).mark(state.asked)
        val trend = state.trend
        answer.shown = trend != null && trend.buckets.isNotEmpty()
        empty.shown = trend != null && trend.buckets.isEmpty()
        if (trend == null || trend.buckets.isEmpty()) return
        val name =
            description
                ?.attributes
                ?.find { it.key == state.asked.attribute }
                ?.let(words::name)
                .orEmpty()
        chart.show(trend, described(trend, name))
        fill(remarks, remarks(trend).map { kit.notice(kit.text(it, 15f)) })
        fill(table, trend.buckets.map(::tableRow))
    }

    private fun choicesFor(description: BundleDescription): Choices =
        choices?.takeIf { it.description === description }
            ?: Choices(description).also { made ->
                choices = made
                fill(subject, listOf(made.subject))
                fill(questions, made.others)
            }

    private fun described(trend: Trend, name: String): String =
        words.of(
            "trend.chart",
            "name" to name,
            "count" to trend.buckets.size,
            "first" to trend.buckets.first().bucket,
            "last" to trend.buckets.last().bucket,
        )

    private fun remarks(trend: Trend): List<String> {
        val changes =
            trend.modelChanges.map {
                val (from, to) =
                    it.from["version"].text.orEmpty() to it.to["version"].text.orEmpty()
                words.of(
                    "trend.changed",
                    "when" to words.moment(it.capturedAt),
                    "from" to from,
                    "to" to to,
                )
            }
        return if (trend.buckets.any { it.suspectClock > 0 }) changes + words.of("trend.suspect")
        else changes
    }

    private fun tableRow(bucket: Trend.Bucket): View {
        val (low, mean, high) =
            listOf(bucket.min, bucket.mean, bucket.max).map { "%.1f".format(it / 1000.0) }
        val span = if (bucket.count > 1) " ($low–$high)" else ""
        return kit.row(kit.aside(bucket.bucket).filling(), kit.text("$mean$span", 14f))
    }

    private fun fill(column: ViewGroup, views: List<View>) {
        column.removeAllViews()
        views.forEach(column::addView)
    }

    /** What may be asked, for the attributes of one bundle. */
    private inner class Choices(val description: BundleDescription) {
        private val attribute =
            Choice(kit, description.attributes, words::name) {
                model.ask(model.state.asked.copy(attribute = it.key))
            }
        private val part =
            Choice(
                kit,
                listOf(null) + List(4) { it },
                { it?.let(words::part) ?: words.of("trend.allParts") },
            ) {
                model.ask(model.state.asked.copy(part = it))
            }
        private val size =
            Choice(kit, Trend.BucketSize.entries, { words.of("trend.${it.name.lowercase()}") }) {
                model.ask(model.state.asked.copy(size = it))
            }
        val subject = labelled("trend.attribute", attribute)
        val others = listOf(labelled("trend.part", part), labelled("trend.bucket", size))

        private fun labelled(label: String, choice: View) =
            kit.column(kit.heading(words.of(label), 15f), choice, gap = 8)

        fun mark(asked: TrendQuestion) {
            description.attributes.find { it.key == asked.attribute }?.let(attribute::mark)
            part.mark(asked.part)
            size.mark(asked.size)
        }
    }
}
