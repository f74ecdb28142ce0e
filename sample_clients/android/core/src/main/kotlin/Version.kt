package io.skinscore.core

/** A version such as `1.4.0`, compared number by number. */
internal class Version private constructor(private val numbers: List<Int>) : Comparable<Version> {
    override fun compareTo(other: Version): Int {
        val differing = numbers.zip(other.numbers).firstOrNull { (mine, theirs) -> mine != theirs }
        return differing?.let { (mine, theirs) -> mine.compareTo(theirs) } ?: numbers.size.compareTo(other.numbers.size)
    }

    companion object {
        /** Null when a number is missing. */
        fun of(text: String): Version? {
            val pieces = text.split(".")
            val numbers = pieces.mapNotNull { piece -> piece.toIntOrNull()?.takeIf { it >= 0 } }
            return if (numbers.size == pieces.size) Version(numbers) else null
        }
    }
}
