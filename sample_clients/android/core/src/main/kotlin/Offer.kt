package io.skinscore.core

import java.io.File
import java.io.IOException
import kotlinx.serialization.json.JsonElement

/** The part of a bundle's description that decides whether it is taken; every schema 1 bundle has it. */
class Offer private constructor(
    val name: String,
    val version: String,
    val sequence: Int,
    val golden: Part,
    private val models: List<ModelFile>,
) {
    /** One file, [path] below the bundle's folder. */
    class Part(val path: String, val bytes: Long, val sha256: String) {
        /** Whether these are the bytes that the bundle lists; false where there is no file that can be read. */
        internal fun fits(file: File): Boolean =
            try {
                file.length() == bytes && sha256Hex(file) == sha256
            } catch (_: IOException) {
                false
            }

        /** Whether the path stays inside the bundle's folder. */
        internal val isInside: Boolean get() = !path.startsWith("/") && ".." !in path.split("/")
    }

    /** A model for this client's runtime. */
    internal class ModelFile(val precision: String, val minRuntime: String, val parts: List<Part>)

    internal val title: String get() = "model $version (sequence $sequence)"

    /** The file that this client runs: int8 where there are several. Throws [Trouble] `no-file`. */
    internal fun phoneFile(): ModelFile =
        models.firstOrNull { it.precision == "int8" } ?: models.firstOrNull()
            ?: throw Trouble("no-file", "the bundle has no ExecuTorch file for this device")

    /** All that this client needs of a bundle: its model file and the golden photos. */
    internal fun needed(): List<Part> = phoneFile().parts + golden

    internal companion object {
        private const val SCHEMA = 1

        /** Throws [IllegalArgumentException] for another form. */
        fun of(json: JsonElement): Offer {
            require(json.needInt("schema") == SCHEMA)
            return Offer(
                json.needText("name"), json.needText("version"), json.needInt("sequence"), part(json["golden"]),
                json.needList("files") { it }.filter(::runsHere).map(::modelFile),
            )
        }

        private fun runsHere(file: JsonElement): Boolean =
            file["format"].text == "executorch" && file["backend"].text == "xnnpack"

        private fun modelFile(file: JsonElement): ModelFile {
            val parts = file.needList("parts", ::part)
            require(parts.isNotEmpty())
            return ModelFile(file.needText("precision"), file.needText("min_runtime"), parts)
        }

        private fun part(json: JsonElement?) =
            Part(json.needText("path"), json.needLong("bytes"), json.needText("sha256"))
    }
}
