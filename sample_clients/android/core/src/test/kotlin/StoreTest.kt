package io.skinscore.core

import java.io.File
import java.nio.file.attribute.PosixFilePermissions
import kotlin.random.Random
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class StoreTest {
    @TempDir lateinit var home: File

    private val file get() = home.resolve("history.json")

    private fun store() = Store(FileStorage(home))

    @Test
    fun `what is reported as saved is there after a restart`() {
        val store = store()
        store.add(noteNamed("a"))
        store.add(noteNamed("b"))
        store.delete("a")
        store.set(mapOf("x" to "살"))
        val again = store()
        assertEquals(listOf("b"), again.live.map { it.id })
        assertEquals(Unsent(listOf(noteNamed("b")), listOf("a")), again.unsent(200))
        assertEquals("살", again.setting("x"))
    }

    @ParameterizedTest
    @ValueSource(
        strings =
            [
                "", "{", """{"schema": 2}""", """{"schema": 1, "entries": {"a": {"body": {}, "waits": true}}}""",
                """{"schema": 1, "entries": {"a": {"body": null}}}""", """{"schema": 1, "settings": {"account": 1}}""",
            ],
    )
    fun `a damaged history is refused and left as it is`(damaged: String) {
        file.writeText(damaged)
        assertEquals("history-damaged", troubleOf { store() })
        assertEquals(damaged, file.readText())
    }

    @Test
    fun `half a file is refused wherever it was cut off`() {
        store().add(noteNamed("a"))
        val whole = file.readBytes()
        for (length in whole.indices) {
            file.writeBytes(whole.copyOf(length))
            assertEquals("history-damaged", troubleOf { store() })
        }
    }

    @Test
    fun `a write that fails changes nothing`() {
        val folder = home.resolve("inner")
        val store = Store(FileStorage(folder))
        store.add(noteNamed("a"))
        folder.deleteRecursively()
        folder.writeText("no folder any more: nothing can be written there")
        assertEquals("storage", troubleOf { store.add(noteNamed("b")) })
        assertEquals(listOf("a"), store.live.map { it.id })
        assertEquals(listOf("a"), store.unsentIds)
    }

    @Test
    fun `a file appears whole or not at all, for its owner alone, and nothing else stays`() {
        store().add(noteNamed("a"))
        store().add(noteNamed("b"))
        assertEquals(listOf("history.json"), home.list()?.toList())
        val mode = java.nio.file.Files.getPosixFilePermissions(file.toPath())
        assertEquals(PosixFilePermissions.fromString("rw-------"), mode)
    }

    @Test
    fun `what an unfinished write left behind changes nothing and goes with the next`() {
        store().add(noteNamed("a"))
        home.resolve(".history.json.unfinished").writeText("{")
        assertEquals(listOf("a"), store().live.map { it.id })
        store().add(noteNamed("b"))
        assertEquals(listOf("history.json"), home.list()?.toList())
    }

    @Test
    fun `a change that changes nothing writes nothing`() {
        val store = store()
        store.apply(page(noteNamed("a") to 1), "e")
        file.delete()
        store.apply(page(noteNamed("a") to 1), "e")
        assertFalse(file.exists())
    }

    @Test
    fun `erasing leaves nothing of a person and everything of the device`() {
        val store = store()
        store.add(noteNamed("a"))
        store.set(mapOf("account" to "me", "email" to "me@example.org", "cursor" to "c", "channel_sequence" to "7"))
        store.erase()
        assertFalse("me@example.org" in file.readText())
        assertEquals(emptyList(), store().live)
        assertEquals("7", store().setting("channel_sequence"))
    }

    @Test
    fun `any history is read as it was written`() {
        val random = Random(1)
        val store = store()
        repeat(300) { step ->
            val one = noteNamed("0190a000-0000-7000-8000-00000000000${random.nextInt(9)}", TEXTS.random(random))
            when (step % 5) {
                0 -> store.add(one)
                1 -> store.delete(one.id)
                2 -> store.settle(listOf(verdict(one.id, "created", "seq" to step)), records = 1)
                3 -> store.settle(listOf(verdict(one.id, "invalid")), records = 1)
                else -> store.apply(page(one to step), "e$step")
            }
            assertEquals(seen(store), seen(store()))
        }
        assertTrue(store.live.isNotEmpty())
    }

    private fun seen(store: Store) =
        listOf(store.live, store.unsent(9), store.refused, store.notes, store.setting("etag"))

    private companion object {
        val TEXTS = listOf("", "살 \u0000", "e\u0301", "\"\\")
    }
}
