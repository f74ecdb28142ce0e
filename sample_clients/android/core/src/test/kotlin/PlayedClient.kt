package io.skinscore.core

import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.IOException
import javax.imageio.ImageIO
import kotlin.test.AfterTest
import kotlin.test.BeforeTest
import org.junit.jupiter.api.io.TempDir

/** Answers by method and path, in order; the last answer of each goes on. */
class Counter(vararg answers: Pair<String, List<() -> Answer>>) : Transport {
    private val answers = answers.toMap().mapValues { ArrayDeque(it.value) }
    val asked = mutableListOf<Request>()

    override fun send(request: Request): Answer {
        asked += request
        val left = answers["${request.method} ${request.path}"] ?: throw IOException("no answer")
        return (if (left.size > 1) left.removeFirst() else left.first())()
    }
}

/** Clients in [folder] whose server and model are played: the model always answers the same. */
class PlayedClient(private val folder: File) : AutoCloseable {
    private val opened = mutableListOf<SkinScoreClient>()
    val engine = MadeEngine { madeOutputs() }

    /** A client whose bundle has learned these parts. */
    fun open(transport: Transport = Counter(), parts: List<Int> = listOf(0, 1, 2, 3)): SkinScoreClient {
        val shipped = folder.resolve("shipped")
        val graded = GoldenFiles.description["graded_parts"].fields.mapValues { parts }
        SmallBundle(3, change = arrayOf("graded_parts" to graded)).writeTo(shipped)
        val made = SkinScoreClient(shipped, folder, transport, SmallKey.TRUST, engine, patience = impatient)
        return made.also { opened += it }
    }

    override fun close() = opened.forEach { it.close() }

    companion object {
        val who = Credentials("me@example.org", "p", "d")

        /** The server takes [who]. */
        val login =
            "POST /v1/auth/login" to
                listOf(answer(200, json("account_id" to "a", "access_token" to "t", "refresh_token" to "r")))

        /** A black PNG that is large enough. */
        val photo: ByteArray =
            ByteArrayOutputStream().also {
                ImageIO.write(BufferedImage(230, 240, BufferedImage.TYPE_INT_RGB), "png", it)
            }.toByteArray()
    }
}

/** Tests of clients in a [folder] that is gone after each. */
abstract class WithPlayedClient {
    @TempDir lateinit var folder: File
    protected lateinit var played: PlayedClient

    @BeforeTest
    fun open() {
        played = PlayedClient(folder)
    }

    @AfterTest
    fun close() = played.close()
}
