package io.skinscore.core

import io.skinscore.core.PlayedClient.Companion.photo
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** The calls of an app that need no account: grade, look back, note, delete. */
class ClientTest : WithPlayedClient() {
    @Test
    fun `a graded photo is kept and queued without a network`() {
        val client = played.open()
        val found = client.grade(photo, part = 2)
        assertTrue(found.kept)
        assertEquals(listOf(found.record), client.history)
        assertEquals(listOf(found.record.id), client.unsent)
        assertEquals(2, found.record.part)
        assertEquals(listOf(2000L), client.trend("oil").buckets.map { it.mean })
    }

    @Test
    fun `a photo that is only looked at is not kept`() {
        val client = played.open()
        assertFalse(client.grade(photo, part = 2, keep = false).kept)
        assertEquals(emptyList(), client.history)
    }

    @Test
    fun `what the model never learned is not kept`() {
        val client = played.open(parts = listOf(3))
        val found = client.grade(photo, part = 0)
        assertFalse(found.kept)
        assertEquals(emptyList(), client.history)
        assertTrue(found.grading.attributes.none { it.believed })
    }

    @Test
    fun `an expected grade a little outside the scale is kept inside it`() {
        val edge = MadeEngine { madeOutputs(expected = 4.0006f) }
        val client = played.open()
        val grading = Grader(client.bundle, edge).grade(photo, 0)
        assertEquals(4000, score(grading, client.bundle, Moment.now()).answer("oil")["expected_milli"].whole)
    }

    @Test
    fun `the model is made ready once and freed with the client`() {
        val client = played.open()
        repeat(3) { client.grade(photo, part = 0) }
        assertEquals(1, played.engine.open)
        client.close()
        assertEquals(0, played.engine.open)
    }

    @Test
    fun `a history can be read where the bundle is damaged`() {
        val client = played.open()
        client.grade(photo, part = 0)
        client.close()
        val again = played.open()
        folder.resolve("shipped/bundle.sig").delete()
        assertEquals("missing", troubleOf { again.bundle })
        assertEquals(1, again.history.size)
        assertEquals(1, again.trend("oil").buckets.size)
    }

    @Test
    fun `a note longer than the server takes is refused here, and so is one about nothing`() {
        val client = played.open()
        val id = client.grade(photo, part = 0).record.id
        assertEquals("note-too-long", troubleOf { client.note(id, "🙂".repeat(About.NOTE_LENGTH + 1)) })
        assertEquals("not-found", troubleOf { client.note("nothing", "x") })
        client.note(id, "🙂".repeat(About.NOTE_LENGTH))
        assertEquals(setOf(id), client.notes.keys)
    }

    @Test
    fun `a record is deleted once`() {
        val client = played.open()
        val id = client.grade(photo, part = 0).record.id
        client.delete(id)
        assertEquals(emptyList(), client.history)
        assertEquals("not-found", troubleOf { client.delete(id) })
    }
}
