package io.skinscore.core

import java.io.File
import kotlinx.serialization.json.JsonElement

/** Where the vectors of all clients lie; Maven runs a module's tests in its own folder. */
object GoldenFiles {
    private val clients = File("../..").canonicalFile

    val reference = clients.resolveSibling("mobile_export/reference")
    val trustedKeys = clients.resolve("python/trusted_keys.json")
    val updates = clients.resolve("golden/updates.json")
    val conversations = clients.resolve("golden/conversations")

    /** bundle.json of the committed bundle, and its golden photos. */
    val description: JsonElement get() = read(reference.resolve("bundle.json"))
    val golden: JsonElement get() = read(reference.resolve("golden.json"))

    /** One conversation by its name. */
    fun conversation(name: String): JsonElement = read(conversations.resolve("$name.json"))

    fun read(file: File): JsonElement = checkNotNull(parseJson(file.readBytes()))
}
