package io.skinscore.core

import java.io.File
import java.util.Base64
import kotlin.system.exitProcess
import kotlinx.serialization.json.JsonElement

/**
 * Phones that are told what to do from outside: a step as one line of JSON on the standard input, its answer as one on
 * the standard output. `open` (`server`, `home`, `shipped`: addresses and folders) begins a `device`, `close` ends it.
 * What a phone's model is to score is asked back, so that the real runtime can do it.
 */
fun main() {
    val driver = Driver(::readlnOrNull) { println(it) }
    while (true) driver.obey(parseJson((readlnOrNull() ?: exitProcess(0)).encodeToByteArray()))
}

/** Obeys steps; [hear] and [say] one line of JSON each. */
class Driver(private val hear: () -> String?, private val say: (String) -> Unit) {
    private val phones = mutableMapOf<String, Phone>()

    fun obey(step: JsonElement?) {
        val device = step.needText("device")
        when (step.needText("do")) {
            "open" -> say(opened(device, step).toString())
            "close" -> say(json("answer" to closed(device)).toString())
            else -> say(done(phones.getValue(device), checkNotNull(step)).toString())
        }
    }

    private fun opened(device: String, step: JsonElement?): JsonElement =
        try {
            val home = File(step.needText("home"))
            val shipped = File(step["shipped"].text ?: step.needText("home"))
            val transport = OkHttpTransport(step.needText("server"))
            phones[device] = Phone(home, transport, shipped, MadeEngine(::scored), SHORT)
            json("answer" to null)
        } catch (trouble: Trouble) {
            json("answer" to trouble.code)
        }

    /** Whether there was one. */
    private fun closed(device: String): Boolean = phones.remove(device)?.close() != null

    private fun done(phone: Phone, step: JsonElement): JsonElement {
        val answer = phone.act(step)
        val (memory, disk) = phone.states()
        return json("answer" to answer, "then" to memory, "kept" to disk)
    }

    /** What the model's outputs for these bytes are, as whoever started this program works them out. */
    private fun scored(input: ByteArray): Outputs {
        say(json("score" to Base64.getEncoder().encodeToString(input)).toString())
        val told = parseJson(checkNotNull(hear()).encodeToByteArray())
        val five = Outputs.NAMES.map { name -> told.needList(name) { it.asNumber().toFloat() }.toFloatArray() }
        return Outputs(five[0], five[1], five[2], five[3], five[4])
    }

    private companion object {
        const val PAUSE = 20L // ms between tries: servers on loopback need no more
        val SHORT = Patience(tries = 4) { Thread.sleep(PAUSE) }
    }
}
