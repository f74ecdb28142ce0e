package io.skinscore.core

import java.time.DateTimeException
import java.time.Instant
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.ZoneId
import java.time.ZoneOffset
import java.time.format.DateTimeFormatter
import java.time.temporal.IsoFields

/**
 * A moment as records carry it, RFC 3339 with an offset: when it was, and what the calendar on the wall showed there.
 */
class Moment private constructor(val instant: Instant, private val date: LocalDate) {
    /** `2026-05-04`, where the photo was taken. */
    val day: String get() = date.toString()

    /** `2026-W19`: the ISO week of that day. */
    val week: String
        get() {
            val year = date.get(IsoFields.WEEK_BASED_YEAR).toString().padStart(4, '0')
            return "$year-W${date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR).toString().padStart(2, '0')}"
        }

    companion object {
        private const val WALL = """[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"""
        private val FORM = Regex("""($WALL)(?:Z|([+-])([0-9]{2}):([0-9]{2}))""")
        private val WRITTEN = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx")

        /** Null for what is no RFC 3339 moment with an offset. */
        fun of(text: String): Moment? {
            val (local, sign, hours, minutes) = FORM.matchEntire(text)?.destructured ?: return null
            val offset = if (sign.isEmpty()) 0 else offset(sign, hours.toInt(), minutes.toInt()) ?: return null
            return try {
                val wall = LocalDateTime.parse(local)
                Moment(wall.toInstant(ZoneOffset.UTC).minusSeconds(offset.toLong()), wall.toLocalDate())
            } catch (_: DateTimeException) {
                null
            }
        }

        /** Now, with the offset of this device's time zone, to the second. */
        fun now(at: Instant = Instant.now(), zone: ZoneId = ZoneId.systemDefault()): String =
            WRITTEN.format(at.atZone(zone))

        /** Seconds east of UTC; the server takes offsets that java.time does not, up to a day. */
        private fun offset(sign: String, hours: Int, minutes: Int): Int? {
            if (hours > 23 || minutes > 59) return null
            return (hours * 3600 + minutes * 60) * if (sign == "-") -1 else 1
        }
    }
}
