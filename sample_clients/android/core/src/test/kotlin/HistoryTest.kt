package io.skinscore.core

import java.io.File
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.jupiter.api.io.TempDir

/** What verdicts, pages and deletions make of a history. */
class HistoryTest {
    @TempDir lateinit var home: File
    private lateinit var store: Store

    @BeforeTest
    fun open() {
        store = Store(FileStorage(home))
    }

    @Test
    fun `a deletion that came while its record was pushed is still sent`() {
        store.add(noteNamed("a"))
        store.delete("a")
        store.settle(listOf(verdict("a", "created", "seq" to 1)), records = 1)
        assertEquals(listOf("a"), store.unsent(200).deletes)
    }

    @Test
    fun `a deletion that waits is not undone by a page`() {
        store.delete("a")
        store.apply(page(noteNamed("a") to 1), null)
        assertEquals(emptyList(), store.live)
        assertEquals(listOf("a"), store.unsent(200).deletes)
    }

    @Test
    fun `a tombstone of the server ends a record that waits`() {
        store.add(noteNamed("a"))
        store.apply(page(deleted = listOf("a")), null)
        assertEquals(emptyList(), store.live)
        assertTrue(store.unsent(200).isEmpty)
    }

    @Test
    fun `a full listing that lacks a tombstone gets it again even where it lists the record`() {
        store.apply(page(noteNamed("a") to 1, noteNamed("b") to 2, deleted = listOf("c")), "e")
        store.apply(page(deleted = listOf("b")), "e")
        store.queueMissing(live = setOf("a", "b"), deleted = setOf("c"))
        assertEquals(Unsent(emptyList(), listOf("b")), store.unsent(200))
    }

    @Test
    fun `what was refused for a full account is tried again, and nothing else`() {
        val full = json("type" to "urn:skinscore:problem:quota-exceeded")
        listOf("a", "b").forEach { store.add(noteNamed(it)) }
        store.settle(listOf(verdict("a", "invalid", "problem" to full), verdict("b", "invalid")), records = 2)
        assertEquals(setOf("a", "b"), Store(FileStorage(home)).refused.keys)
        store.tryAgain("quota-exceeded")
        assertEquals(listOf("a"), store.unsentIds)
        assertEquals(setOf("b"), store.refused.keys)
    }

    @Test
    fun `a refused record that is deleted is refused no longer`() {
        store.add(noteNamed("a"))
        store.settle(listOf(verdict("a", "invalid")), records = 1)
        store.delete("a")
        assertEquals(emptyMap(), store.refused)
        assertEquals(listOf("a"), store.unsent(200).deletes)
    }

    @Test
    fun `both copies of a conflict are kept and ours is queued under its new name`() {
        val (mine, theirs) = noteNamed("0190a000-0000-7", "mine") to noteNamed("0190a000-0000-7", "theirs")
        store.add(mine)
        store.settle(listOf(verdict(mine.id, "conflict", "record" to theirs.value, "seq" to 4)), records = 1)
        assertEquals(theirs, store.get(mine.id))
        assertEquals(listOf(Ids.secondId(mine)), store.unsentIds)
        assertEquals(2, store.live.size)
    }

    @Test
    fun `a verdict that is missing or not known acknowledges nothing`() {
        store.add(noteNamed("a"))
        store.settle(listOf(json("id" to "a", "seq" to 1)), records = 1)
        store.settle(listOf(verdict("a", "later", "seq" to 1)), records = 1)
        assertEquals(listOf("a"), store.unsentIds)
    }

    @Test
    fun `the note with the highest number shows, and one still unsent above all`() {
        store.apply(page(noteNamed("b", "sent last") to 9, noteNamed("c", "sent first") to 3), null)
        assertEquals(mapOf("s" to "sent last"), store.notes)
        store.add(noteNamed("a", "waits"))
        assertEquals(mapOf("s" to "waits"), store.notes)
    }
}
