package io.skinscore.core

// From the model's outputs to grades, and how sure they are.

/** All that a photo's outputs say. Throws [Trouble] `does-not-run` when they are not what the bundle describes. */
fun grading(outputs: Outputs, bundle: BundleDescription, pixels: ByteArray, part: Int): Grading {
    if (!outputs.fits(bundle)) {
        throw Trouble("does-not-run", "the model's answers are not what its bundle says; update the app")
    }
    val (luma, clipped, sharpness) = outputs.quality.map { it.toDouble() }
    val quality = Quality(luma, clipped, sharpness)
    val attributes = bundle.attributes.indices.map { graded(outputs, bundle, it, part) }
    return Grading(attributes, pixels, quality, advice(bundle.qualityGate, quality), part)
}

private fun graded(outputs: Outputs, bundle: BundleDescription, place: Int, part: Int): Graded {
    val count = bundle.attributes.size
    val key = bundle.attributes[place].key
    val probabilities = Outputs.piece(outputs.probabilities, place, count)
    return Graded(
        key = key,
        grade = largest(probabilities),
        balanced = largest(Outputs.piece(outputs.utilities, place, count)),
        range = plausible(probabilities, bundle.conformalQ[place]),
        expected = outputs.expected[place],
        probabilities = probabilities,
        heat = Outputs.piece(outputs.heatmaps, place, count),
        believed = part in bundle.gradedParts[key].orEmpty(),
    )
}

/** Lowest and highest grade whose ranked probability score is at most [q]; holds the most likely grade. */
internal fun plausible(probabilities: FloatArray, q: Double): IntRange {
    val steps = probabilities.dropLast(1).runningFold(0.0) { sum, probability -> sum + probability }.drop(1)
    val inside = probabilities.indices.filter { rankedScore(steps, it) <= q } + largest(probabilities)
    return inside.min()..inside.max()
}

/** Sum over the thresholds of (cumulative probability - whether [grade] is at or below)², Epstein 1969. */
private fun rankedScore(steps: List<Double>, grade: Int): Double =
    steps.withIndex().sumOf { (threshold, step) ->
        val miss = step - if (grade <= threshold) 1 else 0
        miss * miss
    }

internal fun advice(gate: BundleDescription.QualityGate, quality: Quality): List<Advice> = buildList {
    if (quality.luma < gate.darkest) add(Advice.TOO_DARK)
    if (quality.luma > gate.brightest) add(Advice.TOO_BRIGHT)
    if (quality.clipped > gate.clipped) add(Advice.CLIPPED)
    if (quality.sharpness < gate.sharpness) add(Advice.BLURRED)
}

/** The place of the largest value, the first of equal ones. */
internal fun largest(values: FloatArray): Int {
    var best = 0
    for (place in values.indices) if (values[place] > values[best]) best = place
    return best
}
