package io.skinscore.core

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotEquals
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/** The golden conversations: this client asks exactly what is written, and ends each step in the state written. */
class ConversationTest {
    @TempDir lateinit var folder: File

    @ParameterizedTest(name = "the conversation {0} is kept to")
    @MethodSource("names")
    fun `a golden conversation is kept to`(name: String) {
        assertEquals(emptyList(), faults(GoldenFiles.conversation(name)["steps"].items))
    }

    @Test
    fun `all eleven conversations are played`() = assertEquals(11, names().size)

    @Test
    fun `a client that asks otherwise is noticed`() {
        val steps = GoldenFiles.conversation("sync")["steps"].items
        val place = steps.indexOfFirst { it["do"].text == "sync" }
        val other = steps.mapIndexed { number, step -> if (number == place) withAnotherDelete(step) else step }
        assertNotEquals(emptyList(), faults(other))
    }

    /** What the client did otherwise than written. */
    private fun faults(steps: List<JsonElement>): List<String> {
        val made = mutableMapOf<String, String>()
        val phones = mutableMapOf<String, Pair<Phone, Player>>()
        return steps.withIndex()
            // A trend is worked out on the device: it must work offline.
            .filter { (_, step) -> step["device"] != null && step["do"].text != "trend" }
            .flatMap { (number, step) ->
                val (phone, player) =
                    phones.getOrPut(checkNotNull(step["device"].text)) {
                        Player(made).let { Phone(folder.resolve("${phones.size}"), it) to it }
                    }
                played(step, phone, player).map { "step $number: $it" }
            }
    }

    private fun played(step: JsonElement, phone: Phone, player: Player): List<String> = buildList {
        player.expect(step["exchanges"].items)
        val answer = phone.act(step)
        addAll(player.faults)
        player.faults.clear()
        if (player.unused() > 0) add("the client asks too little")
        if (!same(answer, step["answer"])) add("answers $answer")
        phone.states().filter { !same(it, step["then"]) }.forEach { add("ends as $it") }
    }

    private fun same(one: JsonElement, other: JsonElement?) = one.canonical().contentEquals(other?.canonical())

    private fun withAnotherDelete(step: JsonElement): JsonElement {
        val exchange = step["exchanges"].items.first()
        val body = JsonObject(exchange["request"]["body"].fields + ("deletes" to jsonOf(listOf("x"))))
        val request = JsonObject(exchange["request"].fields + ("body" to body))
        val changed = JsonObject(exchange.fields + ("request" to request))
        return JsonObject(step.fields + ("exchanges" to JsonArray(listOf(changed) + step["exchanges"].items.drop(1))))
    }

    companion object {
        @JvmStatic
        fun names(): List<String> =
            checkNotNull(GoldenFiles.conversations.list()).filter { it.endsWith(".json") }.sorted()
                .map { it.removeSuffix(".json") }
    }
}
