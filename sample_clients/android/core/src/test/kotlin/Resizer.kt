package io.skinscore.core

import java.io.File
import java.lang.management.ManagementFactory
import java.util.Base64
import kotlinx.serialization.json.JsonElement

/**
 * Resizes pixels for others: a line of JSON names a file of raw pixels (`file`, `width`, `height`, `channels`), the
 * model's `size` and how many `runs` to time; a line answers with the model's input and the milliseconds of
 * processor time of each run (on a busy machine others' work is not in it).
 */
fun main() {
    generateSequence(::readlnOrNull).forEach { println(resized(parseJson(it.encodeToByteArray()))) }
}

private fun resized(asked: JsonElement?): JsonElement {
    val (width, height, channels) = listOf("width", "height", "channels").map { asked.needInt(it) }
    val pixels = Pixels(width, height, channels, File(asked.needText("file")).readBytes())
    var input = ByteArray(0)
    val times = List(asked.needInt("runs")) { ofProcessor { input = pixels.modelInput(asked.needInt("size")) } }
    return json("input" to Base64.getEncoder().encodeToString(input), "ms" to times.map { "%.1f".format(null, it) })
}

private fun ofProcessor(work: () -> Unit): Double {
    val clock = ManagementFactory.getThreadMXBean()
    val begun = clock.currentThreadCpuTime
    work()
    return (clock.currentThreadCpuTime - begun) / 1e6
}
