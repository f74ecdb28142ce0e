package io.skinscore.core

import io.skinscore.core.PlayedClient.Companion.login
import io.skinscore.core.PlayedClient.Companion.photo
import io.skinscore.core.PlayedClient.Companion.who
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

/** The calls of an app that need an account. */
class ClientAccountTest : WithPlayedClient() {
    @Test
    fun `a guest's history joins an account only when its owner says so`() {
        val transport = Counter(login)
        val client = played.open(transport)
        client.grade(photo, part = 0)
        assertEquals("adopt", troubleOf { client.signIn(SignIn.LOGIN, who, adopt = false) })
        assertEquals(0, transport.asked.size)
        client.signIn(SignIn.LOGIN, who, adopt = true)
        assertTrue(client.isSignedIn)
        assertEquals(0, client.guestRecords)
    }

    @Test
    fun `signing out keeps the history even where the server is away`() {
        val client = played.open(Counter(login))
        client.signIn(SignIn.LOGIN, who, adopt = false)
        client.grade(photo, part = 0)
        assertFalse(client.signOut())
        assertFalse(client.isSignedIn)
        assertEquals(1, client.history.size)
    }

    @Test
    fun `a deleted account leaves nothing here and a refused deletion leaves all`() {
        val fresh = answer(200, json("access_token" to "fresh"))
        val reauth = "POST /v1/auth/reauth" to listOf(problem(401, "bad-credentials"), fresh)
        val client = played.open(Counter(login, reauth, "DELETE /v1/account" to listOf(answer(200, json()))))
        client.signIn(SignIn.LOGIN, who, adopt = false)
        client.grade(photo, part = 0)
        assertEquals("bad-credentials", troubleOf { client.deleteAccount("wrong") })
        assertEquals(1, client.history.size)
        client.deleteAccount("p")
        assertEquals(emptyList(), client.history)
        assertFalse(client.isSignedIn)
    }

    @Test
    fun `maps of the server are waited for and fetched one by one`() {
        val result = json("attributes" to json("oil" to json("href" to "/v1/heatmaps/j/oil.png", "grade" to 2)))
        val running = answer(200, json("id" to "j", "status" to "running"))
        val ready = answer(200, json("id" to "j", "status" to "succeeded", "result" to result))
        val transport = Counter(
            login, "POST /v1/heatmaps" to listOf(answer(202, json("id" to "j", "status" to "queued"))),
            "GET /v1/heatmaps/j" to listOf(running, ready),
            "GET /v1/heatmaps/j/oil.png" to listOf(answer(200, json("layer" to 1))),
        )
        val client = played.open(transport)
        client.signIn(SignIn.LOGIN, who, adopt = false)
        val maps = client.heatmaps(byteArrayOf(1))
        assertEquals(result, maps.result)
        assertContentEquals(json("layer" to 1).canonical(), maps.layers["oil"])
        val asked = transport.asked.first { it.path == "/v1/heatmaps" }
        assertContentEquals(byteArrayOf(1), asked.body)
        assertEquals("image/png", asked.headers["Content-Type"])
        assertEquals(client.bundle.modelSha256, asked.query["graded_by"])
    }

    @Test
    fun `a photo that the server rejects is a trouble`() {
        val failed = answer(200, json("id" to "j", "status" to "failed", "problem" to json("detail" to "no face")))
        val client = played.open(Counter(login, "POST /v1/heatmaps" to listOf(failed)))
        client.signIn(SignIn.LOGIN, who, adopt = false)
        val trouble = assertFailsWith<Trouble> { client.heatmaps(byteArrayOf(1)) }
        assertEquals("photo-rejected" to "no face", trouble.code to trouble.message)
    }

    @Test
    fun `erasing waits for a sync under way and nothing of it comes back`() {
        lateinit var client: SkinScoreClient
        lateinit var eraser: Thread
        val record = Record.note("s", "theirs")
        val page = json(
            "records" to listOf(json("seq" to 1, "record" to record.value)), "next_cursor" to "c",
            "has_more" to false, "head" to json("count" to 1, "xor" to Record.fold(listOf(record))),
        )
        val late = {
            eraser = Thread { client.eraseHere() }.also { it.start() }
            answer(200, page)()
        }
        client = played.open(Counter(login, "GET /v1/sync" to listOf(late)))
        client.signIn(SignIn.LOGIN, who, adopt = false)
        client.sync()
        eraser.join()
        assertEquals(emptyMap(), client.notes)
        assertFalse(client.isSignedIn)
    }

    @Test
    fun `a login that was on its way when all was erased is not kept`() {
        lateinit var client: SkinScoreClient
        lateinit var eraser: Thread
        val late = {
            eraser = Thread { client.eraseHere() }.also { it.start() }
            while (eraser.isAlive && eraser.state != Thread.State.BLOCKED) Thread.onSpinWait()
            login.second.single()()
        }
        client = played.open(Counter(login.first to listOf(late)))
        client.signIn(SignIn.LOGIN, who, adopt = false)
        eraser.join()
        client.grade(photo, part = 0)
        assertEquals("unauthorized", troubleOf { client.sync() })
    }
}
