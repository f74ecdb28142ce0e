package io.skinscore.core

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class JsonTest {
    private fun canonical(document: String) = parsed(document).canonical().decodeToString()

    private fun parsed(document: String) = checkNotNull(parseJson(document.encodeToByteArray()))

    @Test
    fun `keys are sorted by code point and nothing is escaped without need`() {
        val nested = """{"b": 1, "a": [true, null, -7], "É": "/é살🙂"}"""
        assertEquals("""{"a":[true,null,-7],"b":1,"É":"/é살🙂"}""", canonical(nested))
        assertEquals("{\"\uFFFF\":1,\"🙂\":2,\"🙃\":3}", canonical("""{"🙃": 3, "\uffff": 1, "\ud83d\ude42": 2}"""))
        assertEquals("""{"":0,"a":1,"aa":2,"b":3}""", canonical("""{"b": 3, "aa": 2, "a": 1, "": 0}"""))
    }

    @Test
    fun `only what must be escaped is`() {
        val text = """"\u0000\b\t\n\f\r\"\\\u001f\u007f\u2028\/""""
        assertEquals("\"\\u0000\\b\\t\\n\\f\\r\\\"\\\\\\u001f\u007F\u2028/\"", canonical(text))
    }

    @Test
    fun `whole numbers stay whole and other types are not taken for them`() {
        val value = parsed("""{"n": 9007199254740993, "t": true, "half": 0.5, "text": "7", "none": null}""")
        assertEquals(9_007_199_254_740_993, value["n"].whole)
        assertEquals(true, value["t"].flag)
        assertNull(value["half"].whole)
        assertNull(value["text"].whole)
        assertNull(value["n"].text)
        assertNull(value["none"].text)
        assertNull(value["n"]["deeper"])
    }

    @ParameterizedTest
    @ValueSource(strings = ["", "{", "{\"a\": tru", "<html>", "oops", "{} {}", "{\"a\": oops}", "[1,]"])
    fun `what is no JSON is not read`(document: String) = assertNull(parseJson(document.encodeToByteArray()))

    @Test
    fun `what is nested without end is not read`() {
        for (pair in listOf("[" to "]", "{\"a\":" to "}")) {
            val nested = pair.first.repeat(100_000) + "0" + pair.second.repeat(100_000)
            assertNull(parseJson(nested.encodeToByteArray()))
        }
    }

    @Test
    fun `fields are written as what they are`() {
        val made = json("s" to "x", "n" to 1, "l" to listOf(1L, null), "o" to mapOf("t" to true), "j" to json())
        assertEquals("""{"j":{},"l":[1,null],"n":1,"o":{"t":true},"s":"x"}""", made.canonical().decodeToString())
        assertFailsWith<IllegalArgumentException> { json("half" to 0.5) }
    }
}
