package io.skinscore.app

import android.view.View
import io.skinscore.core.BundleDescription
import io.skinscore.core.Graded

/** One attribute: its dial and what it means; a touch shows its map. */
class GradeRow(
    private val kit: Kit,
    attribute: BundleDescription.Attribute,
    private val graded: Graded,
    onChoose: () -> Unit,
) {
    private val words = kit.words
    private val name = words.name(attribute)

    /** Whether its map is the one that shows. */
    var isChosen = false
        set(value) {
            field = value
            view.background = if (graded.believed) kit.look.touchable(frame()) else frame()
        }

    val view: View =
        row(attribute).apply {
            background = frame()
            setPadding(kit.look.dp(12), kit.look.dp(12), kit.look.dp(14), kit.look.dp(12))
            if (graded.believed) {
                asChoice(
                    "$name: ${grade()}, ${sure()}. ${scale(attribute)}",
                    { isChosen },
                    onChoose,
                )
            } else {
                contentDescription =
                    "$name: ${words.of("result.notGraded")}. ${words.of("result.notGradedWhy")}"
                isFocusable = true
            }
        }

    private fun row(attribute: BundleDescription.Attribute): View {
        val dial = Dial(kit.context, kit.look, graded.takeIf { it.believed })
        val lines =
            if (graded.believed) {
                listOf(
                    "${words.of("result.most", "grade" to graded.grade)}, ${sure()}",
                    scale(attribute),
                )
            } else {
                listOf(words.of("result.notGraded"), words.of("result.notGradedWhy"))
            }
        return kit.row(
            dial,
            kit.column(kit.bold(name, 17f), kit.text(lines[0], 15f), kit.aside(lines[1]), gap = 2)
                .filling(),
        )
    }

    private fun grade() = words.of("result.grade", "grade" to graded.grade)

    private fun sure(): String {
        val (low, high) = graded.range.first to graded.range.last
        return if (low < high) words.of("result.range", "low" to low, "high" to high)
        else words.of("result.sure")
    }

    private fun scale(attribute: BundleDescription.Attribute): String =
        listOf(words.scale(attribute.key), words.of("result.direction.${attribute.moreIs}"))
            .filter { it.isNotEmpty() }
            .joinToString("\n")

    private fun frame() =
        if (isChosen) kit.look.shape(kit.look.card, Look.RADIUS, kit.look.accent, 2)
        else kit.look.shape(kit.look.card, Look.RADIUS, kit.look.line)
}
