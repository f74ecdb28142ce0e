package io.skinscore.core

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.doubleOrNull

// Strict reading of documents that somebody signed: a field that is missing or of another type makes the document one
// of another form, for a later client. Fields that nobody asks for are left alone.

/** What [read] makes of a JSON document; null where it has another form than [read] expects. */
internal fun <T> readForm(document: ByteArray, read: (JsonElement) -> T): T? =
    try {
        parseJson(document)?.let(read)
    } catch (_: IllegalArgumentException) {
        null
    }

internal fun JsonElement?.needText(name: String): String = requireNotNull(this[name].text)

internal fun JsonElement?.needLong(name: String): Long = requireNotNull(this[name].whole)

internal fun JsonElement?.needInt(name: String): Int = requireNotNull(this[name]).asInt()

internal fun JsonElement?.needFlag(name: String): Boolean = requireNotNull(this[name].flag)

internal fun JsonElement?.needNumber(name: String): Double = this[name].asNumber()

internal fun <T> JsonElement?.needList(name: String, read: (JsonElement) -> T): List<T> =
    requireNotNull(this[name] as? JsonArray).map(read)

internal fun JsonElement.asText(): String = requireNotNull(text)

internal fun JsonElement.asInt(): Int = requireNotNull(whole?.takeIf { it in Int.MIN_VALUE..Int.MAX_VALUE }).toInt()

/** Any number of JSON, which can be no other than finite. */
internal fun JsonElement?.asNumber(): Double =
    requireNotNull((this as? JsonPrimitive)?.takeIf { !it.isString }?.doubleOrNull?.takeIf { it.isFinite() })
