package io.skinscore.app

import io.skinscore.core.Change
import io.skinscore.core.Entry
import io.skinscore.core.History
import io.skinscore.core.Trouble
import io.skinscore.core.json
import java.io.File
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config

/** The history in Android's own SQLite. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApp::class)
class StorageTest {
    private val app = RuntimeEnvironment.getApplication()
    private val file: File
        get() = app.getDatabasePath("skinscore.db")

    private fun <T> open(use: (SQLiteStorage) -> T): T = SQLiteStorage(app).use(use)

    @Test
    fun `what was written is there after a restart`() {
        val refused =
            Entry(SomeHistory.note, refusal = json("type" to "urn:problem:quota-exceeded"))
        val entries =
            SomeHistory.entries + ("gone" to Entry(body = null, waits = true)) + ("note" to refused)
        open { it.write(Change(entries, mapOf("cursor" to "c", "email" to "mina@example.org"))) }
        val found = open { it.read() }
        assertEquals(entries, found.entries)
        assertEquals(mapOf("cursor" to "c", "email" to "mina@example.org"), found.settings)
    }

    @Test
    fun `a change replaces what it names and leaves the rest`() {
        open { storage ->
            storage.write(Change(SomeHistory.entries, mapOf("a" to "1", "b" to "2")))
            storage.write(
                Change(mapOf("score0" to Entry(body = null, waits = true)), mapOf("a" to null))
            )
            val wanted =
                History(SomeHistory.entries, mapOf("a" to "1", "b" to "2")) +
                    Change(mapOf("score0" to Entry(null, waits = true)), mapOf("a" to null))
            assertEquals(wanted.entries, storage.read().entries)
            assertEquals(mapOf("b" to "2"), storage.read().settings)
        }
    }

    @Test
    fun `a change that fails in the middle changes nothing`() = open { storage ->
        storage.write(Change(SomeHistory.entries, emptyMap()))
        val broken =
            object : AbstractMap<String, String?>() {
                override val entries: Set<Map.Entry<String, String?>>
                    get() = throw IllegalStateException("in the middle")
            }
        assertFailsWith<IllegalStateException> {
            storage.write(Change(mapOf("score0" to Entry(body = null)), broken, erase = true))
        }
        assertEquals(SomeHistory.entries, storage.read().entries)
    }

    @Test
    fun `an erased history is in none of the files any more`() = open { storage ->
        storage.write(Change(SomeHistory.entries, emptyMap()))
        assertTrue(isOnDisk("slept little"))
        storage.write(Change(emptyMap(), emptyMap(), erase = true))
        assertFalse(isOnDisk("slept little"))
    }

    @Test
    fun `a damaged history is said to be one, and left as it is`() {
        val damaged = ByteArray(8192) { 7 }
        file.parentFile?.mkdirs()
        file.writeBytes(damaged)
        assertEquals("history-damaged", assertFailsWith<Trouble> { open { it.read() } }.code)
        assertContentEquals(damaged, file.readBytes())
    }

    private fun isOnDisk(text: String): Boolean =
        checkNotNull(file.parentFile?.listFiles()).any { text in it.readText(Charsets.ISO_8859_1) }
}
