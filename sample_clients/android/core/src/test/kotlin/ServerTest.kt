package io.skinscore.core

import java.io.ByteArrayInputStream
import java.io.File
import java.io.IOException
import java.io.InputStream
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import org.junit.jupiter.api.io.TempDir

/** What is an answer, how long the client waits for one, and how it says that there is none. */
class ServerTest {
    @TempDir lateinit var home: File

    private fun server(transport: Transport, patience: Patience = impatient) =
        Server(Store(FileStorage(home)), FileSecrets(home), transport, patience)

    @Test
    fun `a busy server is asked again and waited for as long as it says`() {
        val waits = mutableListOf<Double>()
        val busy = problem(503, "busy", "retry-after" to "7")
        val transport = Scripted(busy, null, answer(200, json("ok" to 1)))
        val found = server(transport, Patience(tries = 4) { waits += it }).fetch("/x")
        assertEquals(1, parseJson(found)["ok"].whole)
        assertEquals(2, waits.size)
        assertEquals(7.0, waits[0])
        assertTrue(waits[1] <= 2)
    }

    @Test
    fun `who is asked to wait long is told so at once`() {
        val transport = Scripted(problem(429, "rate-limited", "Retry-After" to "3600"))
        val trouble = assertFailsWith<Trouble> { server(transport).fetch("/x") }
        assertEquals("rate-limited" to "No; come again in 3600 s", trouble.code to trouble.message)
        assertEquals(1, transport.asked.size)
    }

    @Test
    fun `no answer after all tries is offline, and a refusal is not asked for again`() {
        val (silent, refusing) = Scripted(null) to Scripted(problem(422, "invalid"))
        assertEquals("offline", troubleOf { server(silent).fetch("/x") })
        assertEquals("invalid", troubleOf { server(refusing).fetch("/x") })
        assertEquals(4 to 1, silent.asked.size to refusing.asked.size)
    }

    @Test
    fun `an answer that breaks off is no answer`() {
        val broken = {
            Answer(200, mapOf("Content-Type" to "application/json"), object : InputStream() {
                override fun read() = throw IOException("cut")
            })
        }
        val transport = Scripted(broken, answer(200, json()))
        server(transport).fetch("/x")
        assertEquals(2, transport.asked.size)
    }

    @Test
    fun `a thread that is interrupted asks no more`() {
        val interrupted = {
            Thread.currentThread().interrupt()
            throw IOException("interrupted")
        }
        val transport = Scripted(interrupted)
        assertFailsWith<InterruptedException> { server(transport).fetch("/x") }
        assertEquals(1, transport.asked.size)
    }

    @Test
    fun `a page of somebody else is no answer, nor is the way to one`() {
        val portal = { Answer(200, mapOf("Content-Type" to "text/html"), ByteArrayInputStream("<html>".toByteArray())) }
        val elsewhere = { Answer(302, mapOf("Location" to "/"), ByteArrayInputStream(ByteArray(0))) }
        for (strange in listOf(portal, elsewhere)) {
            assertEquals("unexpected", troubleOf { server(Scripted(strange)).fetch("/x") })
        }
    }

    @Test
    fun `a problem is read as one sentence`() {
        val faults = listOf(json("pointer" to "/bucket", "detail" to "say day"))
        val body = json("type" to "urn:skinscore:problem:invalid", "title" to "No", "errors" to faults)
        val trouble = assertFailsWith<Trouble> { server(Scripted(answer(422, body))).fetch("/x") }
        assertEquals("invalid" to "No; /bucket: say day", trouble.code to trouble.message)
        val silent = { Answer(418, emptyMap(), ByteArrayInputStream("oops".toByteArray())) }
        assertEquals("unexpected", troubleOf { server(Scripted(silent)).fetch("/x") })
    }

    @Test
    fun `an address outside the server is never asked`() {
        assertEquals("unexpected", troubleOf { Request("GET", "@elsewhere.example/x") })
    }
}
