package io.skinscore.core

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import org.junit.jupiter.api.io.TempDir

class HomeTest {
    @TempDir lateinit var home: File

    @Test
    fun `one home is open in one client at a time`() {
        Home(home).use { assertEquals("in-use", troubleOf { Home(home) }) }
        Home(home).close()
        val damaged = { Home(home).keptBy { throw IllegalStateException() } }
        assertFailsWith<IllegalStateException> { damaged() }
        Home(home).close()
        val twice = Home(home).also { it.close() }
        Home(home).use {
            twice.close()
            assertEquals("in-use", troubleOf { Home(home) })
        }
    }

    @Test
    fun `a history that cannot be read is told as such, and the folder is let go of`() {
        home.resolve("history.json").mkdir()
        assertEquals("storage", troubleOf { Home(home).keptBy { Store(FileStorage(home)) } })
        Home(home).close()
    }
}
