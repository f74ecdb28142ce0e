package io.skinscore.core

import java.io.File
import java.util.Base64
import kotlin.system.exitProcess
import kotlinx.serialization.json.JsonElement

/**
 * Phones that are told what to do from outside: a step as one line of JSON on the standard input, its answer as one on
 * the standard output. `open` (`server`, `home`, `shipped`: addresses and folders) begins a `phone`, `close` ends it.
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
        val phone = step.needText("phone")
        when (step.needText("do")) {
            "open" -> say(opened(phone, step).toString())
            "close" -> say(json("answer" to closed(phone)).toString())
            else -> say(done(phones.getValue(phone), checkNotNull(step)).toString())
        }
    }

    private fun opened(phone: String, step: JsonElement?): JsonElement =
        try {
            val home = File(step.needText("home"))
            val shipped = File(step["shipped"].text ?: step.needText("home"))
            val transport = OkHttpTransport(step.needText("server"))
            phones[phone] = Phone(home, transport, shipped, Asking(), SHORT)
            json("answer" to null)
        } catch (trouble: Trouble) {
            json("answer" to trouble.code)
        }

    /** Whether there was one. */
    private fun closed(phone: String): Boolean = phones.remove(phone)?.close() != null

    private fun done(phone: Phone, step: JsonElement): JsonElement {
        val answer = phone.act(step)
        val (memory, disk) = phone.states()
        return json("answer" to answer, "then" to memory, "kept" to disk)
    }

    /** Asks whoever started this program what a model's file answers. */
    private inner class Asking : Engine by MadeEngine({ throw IllegalStateException("asked, not made") }) {
        override fun load(bundle: ModelBundle) = Scorer { scored(bundle.modelFile, it) }
    }

    private fun scored(model: File, input: ByteArray): Outputs {
        say(json("score" to Base64.getEncoder().encodeToString(input), "model" to model.path).toString())
        val told = parseJson(checkNotNull(hear()).encodeToByteArray())
        if (told["failed"] != null) throw IllegalStateException(told["failed"].text)
        val five = Outputs.NAMES.map { name -> told.needList(name) { it.asNumber().toFloat() }.toFloatArray() }
        return Outputs(five[0], five[1], five[2], five[3], five[4])
    }

    private companion object {
        const val PAUSE = 20L // ms between tries: servers on loopback need no more
        val SHORT = Patience(tries = 4) { Thread.sleep(PAUSE) }
    }
}
