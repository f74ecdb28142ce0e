package io.skinscore.core

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.longOrNull

// Any JSON as a value: records are kept and hashed as they came, fields that nobody knows yet included. What is missing
// or of another type reads as null or as empty.

/** A field of an object; null for everything else. */
operator fun JsonElement?.get(name: String): JsonElement? = (this as? JsonObject)?.get(name)

/** A string's characters. */
val JsonElement?.text: String?
    get() = (this as? JsonPrimitive)?.takeIf { it.isString }?.content

/** A whole number. */
val JsonElement?.whole: Long?
    get() = (this as? JsonPrimitive)?.takeIf { !it.isString }?.longOrNull

/** True or false. */
val JsonElement?.flag: Boolean?
    get() = (this as? JsonPrimitive)?.takeIf { !it.isString }?.booleanOrNull

/** The elements of an array. */
val JsonElement?.items: List<JsonElement>
    get() = this as? JsonArray ?: emptyList()

/** The fields of an object. */
val JsonElement?.fields: Map<String, JsonElement>
    get() = this as? JsonObject ?: emptyMap()

/** Reads a document in UTF-8; null when it is no JSON. */
fun parseJson(document: ByteArray): JsonElement? =
    try {
        Json.parseToJsonElement(document.decodeToString()).takeIf(::isWhole)
    } catch (_: IllegalArgumentException) {
        null
    }

/** The library takes bare words for values, so a page of somebody else would be one. */
private fun isWhole(value: JsonElement): Boolean =
    when (value) {
        is JsonPrimitive -> value.isString || WORD.matches(value.content)
        is JsonArray -> value.all(::isWhole)
        is JsonObject -> value.values.all(::isWhole)
    }

private val WORD = Regex("""null|true|false|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?""")

/** An object of these fields: strings, whole numbers, truths, null, JSON, and lists and maps of them. */
fun json(vararg fields: Pair<String, Any?>): JsonObject =
    JsonObject(fields.associate { (name, value) -> name to jsonOf(value) })

/** The same as JSON. */
fun jsonOf(value: Any?): JsonElement =
    when (value) {
        null -> JsonNull
        is JsonElement -> value
        is String -> JsonPrimitive(value)
        is Boolean -> JsonPrimitive(value)
        is Int, is Long -> JsonPrimitive(value as Number)
        is Iterable<*> -> JsonArray(value.map(::jsonOf))
        is Map<*, *> -> JsonObject(value.entries.associate { (name, inner) -> name as String to jsonOf(inner) })
        else -> throw IllegalArgumentException("no JSON of ours: ${value::class}")
    }
