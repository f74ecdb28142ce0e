package io.skinscore.core

import java.io.ByteArrayOutputStream
import java.io.File
import java.io.IOException
import java.awt.image.BufferedImage
import javax.imageio.ImageIO
import kotlin.test.AfterTest
import kotlin.test.Test
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.junit.jupiter.api.io.TempDir

/** The calls that an app makes, with a model and a server that are played. */
class ClientTest {
    /** Answers by method and path, in order; the last answer of each goes on. */
    private class Counter(vararg answers: Pair<String, List<() -> Answer>>) : Transport {
        private val answers = answers.toMap().mapValues { ArrayDeque(it.value) }
        val asked = mutableListOf<Request>()

        override fun send(request: Request): Answer {
            asked += request
            val left = answers["${request.method} ${request.path}"] ?: throw IOException("no answer")
            return (if (left.size > 1) left.removeFirst() else left.first())()
        }
    }

    @TempDir lateinit var folder: File
    private val opened = mutableListOf<SkinScoreClient>()
    private val engine = MadeEngine { madeOutputs() }
    private val who = Credentials("me@example.org", "p", "d")
    private val login =
        "POST /v1/auth/login" to
            listOf(answer(200, json("account_id" to "a", "access_token" to "t", "refresh_token" to "r")))
    private val photo = ByteArrayOutputStream().also {
        ImageIO.write(BufferedImage(230, 240, BufferedImage.TYPE_INT_RGB), "png", it)
    }.toByteArray()

    /** A client whose bundle has learned these parts, and whose model always answers the same. */
    private fun client(transport: Transport = Counter(), parts: List<Int> = listOf(0, 1, 2, 3)): SkinScoreClient {
        val shipped = folder.resolve("shipped")
        val graded = GoldenFiles.description["graded_parts"].fields.mapValues { parts }
        SmallBundle(3, change = arrayOf("graded_parts" to graded)).writeTo(shipped)
        val made = SkinScoreClient(shipped, folder, transport, SmallKey.TRUST, engine, patience = impatient)
        return made.also { opened += it }
    }

    @AfterTest
    fun close() = opened.forEach { it.close() }

    @Test
    fun `a graded photo is kept and queued without a network`() {
        val client = client()
        val found = client.grade(photo, part = 2)
        assertTrue(found.kept)
        assertEquals(listOf(found.record), client.history)
        assertEquals(listOf(found.record.id), client.unsent)
        assertEquals(2, found.record.part)
        assertEquals(listOf(2000L), client.trend("oil").buckets.map { it.mean })
    }

    @Test
    fun `a photo that is only looked at is not kept`() {
        val client = client()
        assertFalse(client.grade(photo, part = 2, keep = false).kept)
        assertEquals(emptyList(), client.history)
    }

    @Test
    fun `what the model never learned is not kept`() {
        val client = client(parts = listOf(3))
        val found = client.grade(photo, part = 0)
        assertFalse(found.kept)
        assertEquals(emptyList(), client.history)
        assertTrue(found.grading.attributes.none { it.believed })
    }

    @Test
    fun `an expected grade a little outside the scale is kept inside it`() {
        val edge = MadeEngine { madeOutputs(expected = 4.0006f) }
        val client = client()
        val grading = Grader(client.bundle, edge).grade(photo, 0)
        assertEquals(4000, score(grading, client.bundle, Moment.now()).answer("oil")["expected_milli"].whole)
    }

    @Test
    fun `the model is made ready once and freed with the client`() {
        val client = client()
        repeat(3) { client.grade(photo, part = 0) }
        assertEquals(1, engine.open)
        client.close()
        assertEquals(0, engine.open)
    }

    @Test
    fun `a history can be read where the bundle is damaged`() {
        val client = client()
        client.grade(photo, part = 0)
        client.close()
        val again = client()
        folder.resolve("shipped/bundle.sig").delete()
        assertEquals("missing", troubleOf { again.bundle })
        assertEquals(1, again.history.size)
        assertEquals(1, again.trend("oil").buckets.size)
    }

    @Test
    fun `a guest's history joins an account only when its owner says so`() {
        val transport = Counter(login)
        val client = client(transport)
        client.grade(photo, part = 0)
        assertEquals("adopt", troubleOf { client.signIn(SignIn.LOGIN, who, adopt = false) })
        assertEquals(0, transport.asked.size)
        client.signIn(SignIn.LOGIN, who, adopt = true)
        assertTrue(client.isSignedIn)
        assertEquals(0, client.guestRecords)
    }

    @Test
    fun `signing out keeps the history even where the server is away`() {
        val client = client(Counter(login))
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
        val client = client(Counter(login, reauth, "DELETE /v1/account" to listOf(answer(200, json()))))
        client.signIn(SignIn.LOGIN, who, adopt = false)
        client.grade(photo, part = 0)
        assertEquals("bad-credentials", troubleOf { client.deleteAccount("wrong") })
        assertEquals(1, client.history.size)
        client.deleteAccount("p")
        assertEquals(emptyList(), client.history)
        assertFalse(client.isSignedIn)
    }

    @Test
    fun `a note longer than the server takes is refused here, and so is one about nothing`() {
        val client = client()
        val id = client.grade(photo, part = 0).record.id
        assertEquals("note-too-long", troubleOf { client.note(id, "🙂".repeat(About.NOTE_LENGTH + 1)) })
        assertEquals("not-found", troubleOf { client.note("nothing", "x") })
        client.note(id, "🙂".repeat(About.NOTE_LENGTH))
        assertEquals(setOf(id), client.notes.keys)
    }

    @Test
    fun `a record is deleted once`() {
        val client = client()
        val id = client.grade(photo, part = 0).record.id
        client.delete(id)
        assertEquals(emptyList(), client.history)
        assertEquals("not-found", troubleOf { client.delete(id) })
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
        val client = client(transport)
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
        val client = client(Counter(login, "POST /v1/heatmaps" to listOf(failed)))
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
        client = client(Counter(login, "GET /v1/sync" to listOf(late)))
        client.signIn(SignIn.LOGIN, who, adopt = false)
        client.sync()
        eraser.join()
        assertEquals(emptyMap(), client.notes)
        assertFalse(client.isSignedIn)
    }
}
