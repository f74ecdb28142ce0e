package io.skinscore.core

import kotlin.math.floor
import kotlin.math.round
import kotlinx.serialization.json.JsonObject

private const val WHOLE = 10_000
private const val HIGHEST_MILLI = 4000.0 // grade 4 in thousandths

/** A new score of what was believed; [capturedAt] is RFC 3339 with an offset. */
internal fun score(grading: Grading, bundle: ModelBundle, capturedAt: String): Record {
    val value =
        json(
            "id" to Ids.uuid7(),
            "kind" to "score",
            "captured_at" to capturedAt,
            "part" to grading.part,
            "attributes" to grading.attributes.filter { it.believed }.associate { it.key to answer(it) },
            "model" to bundle.model,
            "file_sha256" to bundle.modelSha256,
            "app" to About.APP,
        )
    return checkNotNull(Record.of(value))
}

private fun answer(one: Graded): JsonObject {
    // 16-bit softmax sums to 1 only nearly, and the server takes 0..4000.
    val milli = round(one.expected.toDouble() * 1000).coerceIn(0.0, HIGHEST_MILLI).toInt()
    return json(
        "grade" to one.grade,
        "balanced" to one.balanced,
        "expected_milli" to milli,
        "probabilities_e4" to tenThousandths(one.probabilities),
    )
}

/** Whole numbers that sum to 10,000; what rounding down leaves over goes to the largest remainders. */
internal fun tenThousandths(probabilities: FloatArray): List<Int> {
    val sum = probabilities.sumOf { it.toDouble() }
    val exact = probabilities.map { it / sum * WHOLE }
    val whole = exact.map { floor(it).toInt() }
    val largest = exact.indices.sortedByDescending { exact[it] - whole[it] }.take(WHOLE - whole.sum()).toSet()
    return whole.mapIndexed { place, value -> if (place in largest) value + 1 else value }
}
