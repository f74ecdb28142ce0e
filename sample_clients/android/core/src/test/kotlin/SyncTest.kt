package io.skinscore.core

import java.io.File
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.jupiter.api.io.TempDir

/** A server that does not do what it should cannot keep a sync busy for ever, nor make it believe that all is well. */
class SyncTest {
    @TempDir lateinit var home: File
    private lateinit var store: Store
    private val record = checkNotNull(Record.of(json("id" to "a", "kind" to "note")))

    @BeforeTest
    fun open() {
        store = Store(FileStorage(home))
        FileSecrets(home).write("r1")
        store.set(mapOf("account" to "me"))
    }

    private val fresh = answer(200, json("access_token" to "a", "refresh_token" to "r2"))

    private fun sync(vararg answers: () -> Answer) = synced(Scripted(fresh, *answers))

    private fun synced(transport: Transport): SyncOutcome =
        Sync(store, Server(store, FileSecrets(home), transport, impatient)).run()

    private fun verdicts(vararg verdicts: Pair<String, Any?>) = answer(200, json("results" to listOf(json(*verdicts))))

    private fun page(count: Int, xor: String, more: Boolean = false) =
        answer(200, json("next_cursor" to "c", "has_more" to more, "head" to json("count" to count, "xor" to xor)))

    @Test
    fun `a verdict for another record ends the push`() {
        store.add(record)
        assertEquals("unexpected", troubleOf { sync(verdicts("id" to "b", "verdict" to "created", "seq" to 1)) })
        assertEquals(listOf("a"), store.unsentIds)
    }

    @Test
    fun `a verdict that is missing or not known ends the push and settles nothing`() {
        store.add(record)
        assertEquals("unexpected", troubleOf { sync(verdicts("id" to "a", "seq" to 1)) })
        assertEquals("unexpected", troubleOf { sync(verdicts("id" to "a", "verdict" to "later", "seq" to 1)) })
        assertEquals(listOf("a"), store.unsentIds)
    }

    @Test
    fun `only its making or refusal answers a delete, and what is taken has a number`() {
        store.add(record)
        assertEquals("unexpected", troubleOf { sync(verdicts("id" to "a", "verdict" to "created")) })
        store.delete("a")
        for (kind in listOf("created", "duplicate", "conflict")) {
            val verdict = verdicts("id" to "a", "verdict" to kind, "seq" to 1, "record" to record.value)
            assertEquals("unexpected", troubleOf { sync(verdict) })
        }
        assertEquals(listOf("a"), store.unsent(9).deletes)
    }

    @Test
    fun `a conflict without the other copy ends the push`() {
        store.add(record)
        assertEquals("unexpected", troubleOf { sync(verdicts("id" to "a", "verdict" to "conflict", "seq" to 1)) })
        assertEquals(listOf(record), store.live)
    }

    @Test
    fun `a server that holds another record under every id ends the push, and ours waits`() {
        store.add(record)
        val pushed = mutableListOf<String?>()
        val contrary = Transport { request ->
            if (request.path != "/v1/sync") return@Transport fresh()
            check(pushed.size < 9) { "the push goes on for ever" }
            val id = request.json["records"].items.single()["id"].text.also(pushed::add)
            val theirs = json("id" to id, "kind" to "note", "text" to "theirs")
            verdicts("id" to id, "verdict" to "conflict", "record" to theirs, "seq" to 1)()
        }
        assertEquals("unexpected", troubleOf { synced(contrary) })
        val copy = record.renamed(Ids.secondId(record))
        assertEquals(listOf<String?>("a", copy.id), pushed)
        assertEquals(Unsent(listOf(copy), emptyList()), store.unsent(9))
    }

    @Test
    fun `pages that do not come to an end are noticed`() {
        assertEquals("unexpected", troubleOf { sync(page(0, "0".repeat(16), more = true)) })
    }

    @Test
    fun `a page without a cursor is not stored`() {
        store.set(mapOf("cursor" to "before"))
        assertEquals("unexpected", troubleOf { sync(answer(200, json("hello" to "portal"))) })
        assertEquals("before", store.setting("cursor"))
    }

    @Test
    fun `a sync is complete only where both sides hold the same`() {
        val empty = page(0, "0".repeat(16))
        val pushed = verdicts("id" to "a", "verdict" to "created", "seq" to 1)
        assertTrue(sync(empty).complete)
        store.add(record)
        assertEquals(SyncOutcome(pushed = 2), sync(pushed, empty, empty, pushed, empty))
        assertEquals(listOf(record), store.live)
    }

    @Test
    fun `a format that is retired is told as such and what waits stays`() {
        store.add(record)
        assertEquals("client-too-old", troubleOf { sync(problem(403, "client-too-old")) })
        assertEquals(listOf("a"), store.unsentIds)
    }

    @Test
    fun `what a full account refused is sent again when there is room`() {
        val full = json("type" to "urn:skinscore:problem:quota-exceeded")
        val one = page(1, Record.fold(listOf(record)))
        store.add(record)
        val refused = verdicts("id" to "a", "verdict" to "invalid", "problem" to full)
        assertEquals(SyncOutcome(refused = 1, complete = true), sync(refused, page(0, "0".repeat(16))))
        val taken = verdicts("id" to "a", "verdict" to "created", "seq" to 1)
        assertEquals(SyncOutcome(pushed = 1, complete = true), sync(taken, one))
        assertEquals(emptyMap(), store.refused)
    }

    @Test
    fun `a batch stays below the server's limit`() {
        val long = "가".repeat(100_000) // 300,000 bytes
        val records = List(5) { checkNotNull(Record.of(json("id" to "$it", "text" to long))) }
        val huge = checkNotNull(Record.of(json("id" to "x", "text" to long.repeat(5))))
        assertEquals(2, Push.fitting(records).size)
        assertEquals(1, Push.fitting(listOf(huge) + records).size)
    }
}
