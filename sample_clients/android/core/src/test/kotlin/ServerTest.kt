package io.skinscore.core

import java.io.ByteArrayInputStream
import java.io.File
import java.io.IOException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import kotlinx.serialization.json.JsonElement
import org.junit.jupiter.api.io.TempDir

/** Answers each request by the next of [answers], the last one for ever; null is no answer. */
class Scripted(vararg val answers: (() -> Answer)?) : Transport {
    val asked: MutableList<Request> = java.util.Collections.synchronizedList(mutableListOf())

    override fun send(request: Request): Answer {
        val answer = answers[minOf(asked.size, answers.lastIndex)]
        asked += request
        return answer?.invoke() ?: throw IOException("no answer")
    }
}

/** A JSON answer, or a problem document. */
fun answer(status: Int, body: JsonElement, vararg headers: Pair<String, String>): () -> Answer = {
    val kind = if (status < 400) "application/json; charset=utf-8" else "application/problem+json"
    Answer(status, mapOf("content-type" to kind) + headers, ByteArrayInputStream(body.canonical()))
}

fun problem(status: Int, slug: String, vararg headers: Pair<String, String>) =
    answer(status, json("type" to "urn:skinscore:problem:$slug", "title" to "No"), *headers)

class ServerTest {
    @TempDir lateinit var home: File
    private lateinit var store: Store

    @BeforeTest
    fun open() {
        store = Store(FileStorage(home))
    }

    private fun server(transport: Transport, patience: Patience = impatient) =
        Server(store, FileSecrets(home), transport, patience)

    private fun signIn() {
        FileSecrets(home).write("r1")
        store.set(mapOf("account" to "me", "email" to "me@example.org"))
    }

    private fun paths(transport: Scripted) = transport.asked.map { it.path }

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
            Answer(200, mapOf("Content-Type" to "application/json"), object : java.io.InputStream() {
                override fun read() = throw IOException("cut")
            })
        }
        val transport = Scripted(broken, answer(200, json()))
        server(transport).fetch("/x")
        assertEquals(2, transport.asked.size)
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
    fun `ten calls at once refresh once`() {
        signIn()
        val transport = Scripted(answer(200, json("access_token" to "a", "refresh_token" to "r2")), answer(200, json()))
        val server = server(transport)
        val threads = Executors.newFixedThreadPool(10)
        val together = CountDownLatch(10)
        val calls =
            List(10) {
                threads.submit {
                    together.countDown()
                    together.await()
                    server.call(Request("GET", "/x"))
                }
            }
        calls.forEach { it.get() }
        threads.shutdown()
        assertEquals(1, paths(transport).count { it == "/v1/auth/refresh" })
        assertEquals("r2", FileSecrets(home).read())
    }

    @Test
    fun `a timeout does not end a login, being told to does`() {
        signIn()
        val server = server(Scripted(null))
        assertEquals("offline", troubleOf { server.call(Request("GET", "/x")) })
        assertTrue(server.isSignedIn)
        val strict = server(Scripted(problem(401, "refresh-revoked")))
        assertEquals("refresh-revoked", troubleOf { strict.call(Request("GET", "/x")) })
        assertFalse(strict.isSignedIn)
    }

    @Test
    fun `tokens that arrive after signing out are not kept`() {
        signIn()
        lateinit var server: Server
        val fresh = answer(200, json("access_token" to "a", "refresh_token" to "r2"))
        val late = {
            server.forget()
            fresh()
        }
        val transport = Scripted(late, problem(401, "unauthorized"))
        server = server(transport)
        assertEquals("unauthorized", troubleOf { server.call(Request("GET", "/x")) })
        assertFalse(server.isSignedIn)
        assertFalse(transport.asked.any { "Authorization" in it.headers })
    }

    @Test
    fun `another account is refused before the server hears of it`() {
        store.set(mapOf("account" to "me", "email" to "me@example.org"))
        val transport = Scripted(answer(200, json()))
        val who = Credentials("you@example.org", "p", "d")
        for (how in SignIn.entries) assertEquals("other-account", troubleOf { server(transport).signIn(how, who) })
        assertEquals(0, transport.asked.size)
    }

    @Test
    fun `an account that turns out to be another is signed out again and nothing is kept`() {
        store.set(mapOf("account" to "me"))
        val issued = json("account_id" to "you", "access_token" to "a", "refresh_token" to "r")
        val transport = Scripted(answer(200, issued))
        val who = Credentials("me@example.org", "p", "d")
        assertEquals("other-account", troubleOf { server(transport).signIn(SignIn.LOGIN, who) })
        assertEquals(listOf("/v1/auth/login", "/v1/auth/logout"), paths(transport))
        assertEquals(null, FileSecrets(home).read())
    }

    @Test
    fun `an attempt to register keeps its name until it is answered`() {
        val issued = json("account_id" to "me", "access_token" to "a", "refresh_token" to "r", "recovery_code" to "c")
        val transport = Scripted(null, null, null, null, answer(201, issued))
        val who = Credentials("me@example.org", "p", "d")
        assertEquals("offline", troubleOf { server(transport).signIn(SignIn.REGISTER, who) })
        open() // the app was restarted
        assertEquals("c", server(transport).signIn(SignIn.REGISTER, who))
        val names = transport.asked.map { it.json["idempotency_key"].text }
        assertEquals(1, names.toSet().size)
        assertTrue(checkNotNull(names.first()).length >= 32)
        assertEquals(null, store.setting("attempt"))
    }

    @Test
    fun `an address outside the server is never asked`() {
        assertEquals("unexpected", troubleOf { Request("GET", "@elsewhere.example/x") })
    }
}
