package io.skinscore.core

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** Keys sorted by code point, no spaces, UTF-8 without escapes that JSON does not need (RFC 8785). Hashes are of it. */
fun JsonElement.canonical(): ByteArray = buildString { element(this@canonical) }.encodeToByteArray()

private fun StringBuilder.element(value: JsonElement) {
    when (value) {
        is JsonPrimitive -> if (value.isString) quote(value.content) else append(value.content)
        is JsonArray -> list('[', value, ']') { element(it) }
        is JsonObject ->
            list('{', value.entries.sortedWith { one, other -> byCodePoint.compare(one.key, other.key) }, '}') {
                quote(it.key)
                append(':')
                element(it.value)
            }
    }
}

private fun <T> StringBuilder.list(start: Char, values: Collection<T>, end: Char, write: (T) -> Unit) {
    append(start)
    values.forEachIndexed { place, value ->
        if (place > 0) append(',')
        write(value)
    }
    append(end)
}

private fun StringBuilder.quote(text: String) {
    append('"')
    for (letter in text) {
        when {
            letter in ESCAPES -> append(ESCAPES[letter])
            letter < ' ' -> append("\\u00").append(hex(byteArrayOf(letter.code.toByte())))
            else -> append(letter)
        }
    }
    append('"')
}

private val ESCAPES =
    mapOf(
        '\b' to "\\b",
        '\t' to "\\t",
        '\n' to "\\n",
        '\u000C' to "\\f",
        '\r' to "\\r",
        '"' to "\\\"",
        '\\' to "\\\\",
    )

/** Not a String's own order: that is of UTF-16, where letters beyond U+FFFF come before U+E000. */
private val byCodePoint =
    Comparator<String> { one, other ->
        val place = one.zip(other).indexOfFirst { (mine, theirs) -> mine != theirs }
        when {
            place < 0 -> one.length - other.length
            one[place].isSurrogate() != other[place].isSurrogate() -> if (one[place].isSurrogate()) 1 else -1
            else -> one[place].compareTo(other[place])
        }
    }
