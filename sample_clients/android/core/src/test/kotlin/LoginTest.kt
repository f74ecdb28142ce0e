package io.skinscore.core

import java.io.File
import java.io.IOException
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Executors
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.jupiter.api.io.TempDir

/** Tokens and accounts: none is lost, none is mixed up. */
class LoginTest {
    @TempDir lateinit var home: File
    private lateinit var store: Store

    @BeforeTest
    fun open() {
        store = Store(FileStorage(home))
    }

    private fun server(transport: Transport) = Server(store, FileSecrets(home), transport, impatient)

    private fun signIn() {
        FileSecrets(home).write("r1")
        store.set(mapOf("account" to "me", "email" to "me@example.org"))
    }

    private fun paths(transport: Scripted) = transport.asked.map { it.path }

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
    fun `a token for the password that arrives after signing out is not kept`() {
        signIn()
        lateinit var server: Server
        val late = {
            server.forget()
            answer(200, json("access_token" to "b"))()
        }
        val transport = Scripted(answer(200, json("access_token" to "a", "refresh_token" to "r2")), late)
        server = server(transport)
        server.reauthenticate("p")
        assertEquals("unauthorized", troubleOf { server.call(Request("GET", "/x")) })
        assertEquals(2, transport.asked.size)
    }

    @Test
    fun `a login that cannot be read is told as such`() {
        store.set(mapOf("account" to "me"))
        val broken = object : Secrets by FileSecrets(home) {
            override fun read(): String = throw IOException("no key")
        }
        val server = Server(store, broken, Scripted(null), impatient)
        assertEquals("storage", troubleOf { server.call(Request("GET", "/x")) })
        assertEquals("storage", troubleOf { server.isSignedIn })
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
    fun `a secret is kept over restarts and goes when told`() {
        assertEquals(null, FileSecrets(home).read())
        FileSecrets(home).write("one")
        assertEquals("one", FileSecrets(home).read())
        repeat(2) { FileSecrets(home).write(null) }
        assertEquals(null, FileSecrets(home).read())
    }
}
