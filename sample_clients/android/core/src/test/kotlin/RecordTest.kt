package io.skinscore.core

import java.time.Instant
import java.time.ZoneOffset
import kotlin.test.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertNotEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class RecordTest {
    /** The xor that ends every step with a record was worked out by the Python client. */
    @Test
    fun `hashes of golden records fold to the written xor`() {
        val added = GoldenFiles.conversation("trend")["steps"].items.filter { it["do"].text == "add" }
        assertTrue(added.size >= 5)
        for (end in added.indices) {
            val records = added.take(end + 1).mapNotNull { Record.of(it["record"]) }
            assertEquals(added[end]["then"]["xor"].text, Record.fold(records))
        }
        assertEquals("0000000000000000", Record.fold(emptyList()))
    }

    @Test
    fun `the second id after a conflict is the one written in the golden conversation`() {
        val steps = GoldenFiles.conversation("conflict")["steps"].items
        val mine = checkNotNull(Record.of(steps[4]["record"]))
        val live = steps[5]["then"]["live"].items.map { it.text }
        assertEquals(2, live.size)
        assertContains(live, Ids.secondId(mine))
    }

    @Test
    fun `letters that look alike stay apart`() {
        val (one, other) = listOf("\u00E9", "e\u0301").map { Record.of(json("id" to "x", "text" to it)) }
        assertNotEquals(one, other)
    }

    @Test
    fun `an id is a UUID of version seven that sorts by its time`() {
        val (early, late) = Ids.uuid7(1_777_851_000_000) to Ids.uuid7(1_777_851_001_000)
        val form = Regex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
        assertTrue(form.matches(early))
        assertTrue(early < late)
        assertEquals("019df02d-64c0", early.take(13))
        assertEquals(100, List(100) { Ids.uuid7(1_777_851_000_000) }.toSet().size)
    }

    @Test
    fun `tenths of thousandths sum to ten thousand, what is left over goes to the largest remainders`() {
        assertEquals(listOf(3334, 3333, 3333, 0, 0), tenThousandths(floatArrayOf(1f, 1f, 1f, 0f, 0f)))
        assertEquals(listOf(1, 4999, 5000), tenThousandths(floatArrayOf(0.00014f, 0.49990f, 0.49996f)))
    }
}

class MomentTest {
    @ParameterizedTest
    @ValueSource(
        strings =
            [
                "2026-05-04T08:30:00", "2026-05-04T08:30Z", "2026-13-04T08:30:00Z", "2026-02-30T08:30:00Z", "",
                "2026-05-04T24:00:00Z", "2026-05-04 08:30:00Z", "2026-05-04T08:30:00+24:00", "2026-W19-1",
                "2026-05-04T08:30:00.1234567890Z", "2026-05-04T08:30:00+0900", "2026-05-04T08:30:00z",
                "\u0662026-05-04T08:30:00Z",
            ],
    )
    fun `what is no RFC 3339 moment with an offset is not read`(text: String) = assertNull(Moment.of(text))

    @Test
    fun `a moment is known by its instant and by the calendar on the wall there`() {
        val moment = checkNotNull(Moment.of("2026-01-01T00:30:00.250+09:00"))
        assertEquals(Instant.parse("2025-12-31T15:30:00.250Z"), moment.instant)
        assertEquals("2026-01-01", moment.day)
        assertEquals("2026-W01", moment.week)
        assertEquals("2020-W53", Moment.of("2021-01-03T12:00:00-19:30")?.week)
    }

    @Test
    fun `now is written to the second with this device's offset`() {
        val at = Instant.parse("2026-05-03T23:30:00.900Z")
        assertEquals("2026-05-04T08:30:00+09:00", Moment.now(at, ZoneOffset.ofHours(9)))
        assertEquals("2026-05-03T23:30:00+00:00", Moment.now(at, ZoneOffset.UTC))
    }
}
