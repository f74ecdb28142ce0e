package io.skinscore.core

/** One attribute's answer. */
class Graded(
    val key: String,
    /** The most likely grade, 0..4. */
    val grade: Int,
    /** The grade with the highest expected reward, 0..4. */
    val balanced: Int,
    /** The plausible range of the grade, both ends included; holds [grade]. */
    val range: IntRange,
    /** The expected grade, 0..4. */
    val expected: Float,
    /** Of each grade; they sum to 1. */
    val probabilities: FloatArray,
    /** Signed contribution of each place, square, row by row; [Heat] draws it. */
    val heat: FloatArray,
    /** Whether the model was ever taught this attribute on this part of the face. */
    val believed: Boolean,
)

/** Mean luma 0..1, share of clipped pixels 0..1, variance of the Laplacian. */
class Quality(val luma: Double, val clipped: Double, val sharpness: Double)

/** What to do better in the next photo. [code] is the word for it that all clients share. */
enum class Advice(val code: String) {
    TOO_DARK("too-dark"),
    TOO_BRIGHT("too-bright"),
    CLIPPED("clipped"),
    BLURRED("blurred"),
}

/** A graded photo. [pixels]: the model's input bytes, S x S x 3. */
class Grading(
    val attributes: List<Graded>,
    val pixels: ByteArray,
    val quality: Quality,
    val advice: List<Advice>,
    val part: Int,
) {
    /** Hash of the model's input bytes, comparable between all clients and the server. */
    val inputSha256: String get() = sha256Hex(pixels)
}
