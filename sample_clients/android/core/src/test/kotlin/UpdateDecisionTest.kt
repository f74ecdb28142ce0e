package io.skinscore.core

import java.util.Base64
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlinx.serialization.json.JsonElement
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/** What must be decided before a model is downloaded, held to the vectors of all clients. */
class UpdateDecisionTest {
    private val trust = Trust.of(vectors["trusted"]!!.canonical(), runtime = "1.4.0")

    @ParameterizedTest
    @MethodSource("channels")
    fun `every channel comes to its decision`(case: Case) = assertEquals(case.decision, channelOf(case.json))

    @ParameterizedTest
    @MethodSource("bundles")
    fun `every bundle comes to its decision`(case: Case) = assertEquals(case.decision, bundleOf(case.json))

    @Test
    fun `every turn is the written one`() {
        val turns = vectors["turns"].items
        assertEquals(24, turns.size)
        val found = turns.map { Channel.turn(it.needText("install_id"), it.needText("bundle_sha256")) }
        assertEquals(turns.map { it.needInt("turn") }, found)
    }

    @Test
    fun `no vector is left out`() = assertEquals(listOf(25, 13), listOf(channels().size, bundles().size))

    @Test
    fun `keys that are none make no trust`() {
        for (keys in listOf("""{"k": "AA=="}""", """{"k": "no base64"}""", """{"k": 5}""", "[]", "")) {
            assertFailsWith<IllegalArgumentException>(keys) { Trust.of(keys.encodeToByteArray(), "1.4.0") }
        }
        assertFailsWith<IllegalArgumentException> { Trust.of("{}".encodeToByteArray(), "one") }
    }

    @Test
    fun `a signature of another length is none`() {
        val short = json("key_id" to "golden-1", "signature" to Base64.getEncoder().encodeToString(ByteArray(5)))
        assertEquals("changed", troubleOf { trust.verify(ByteArray(1), short.canonical(), "channel") })
    }

    private fun channelOf(case: JsonElement): String = decided {
        val (document, signature) = signed(case)
        val said = case["device"]
        val device = Device(
            said.needText("channel"), Version.of(said.needText("app"))!!, said.needInt("seen"),
            said.needList("revoked") { it.asText() }.toSet(), said.needText("install_id"), said["in_use"].text,
        )
        val now = Moment.of(case.needText("now"))!!.instant
        Channel.read(document, signature, trust).decide(device, now).name.lowercase()
    }

    private fun bundleOf(case: JsonElement): String = decided {
        val (document, signature) = signed(case)
        val said = case["channel"]
        val channel = Channel(
            7, said.needText("bundle_sha256"), said.needFlag("rollback"), emptySet(), "stable",
            "2999-01-01T00:00:00Z", "0.0.0", 100,
        )
        Update.chosen(document, signature, channel, case["in_use_sequence"].whole?.toInt(), trust)
        "take"
    }

    private fun signed(case: JsonElement) = listOf("text", "signature").map { case.needText(it).encodeToByteArray() }

    private fun decided(work: () -> String): String =
        try {
            work()
        } catch (trouble: Trouble) {
            trouble.code
        }

    /** A vector that reports show by its name. */
    class Case(val json: JsonElement) {
        val decision = json.needText("decision")

        override fun toString() = json.needText("name")
    }

    companion object {
        private val vectors = GoldenFiles.read(GoldenFiles.updates)

        @JvmStatic
        fun channels(): List<Case> = vectors["channels"].items.map(::Case)

        @JvmStatic
        fun bundles(): List<Case> = vectors["bundles"].items.map(::Case)
    }
}
