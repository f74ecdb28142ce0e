package io.skinscore.core

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import okio.Buffer
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class OkHttpTransportTest {
    private val transport = OkHttpTransport("https://example.org/skin/")

    private fun body(request: okhttp3.Request) = Buffer().also { request.body?.writeTo(it) }.readUtf8()

    @Test
    fun `a query is encoded so that no sign changes its meaning`() {
        val query = mapOf("cursor" to "a+b/c=d&e f", "limit" to "2")
        val prepared = transport.prepared(Request("GET", "/v1/sync", query))
        assertEquals("https://example.org/skin/v1/sync?cursor=a%2Bb%2Fc%3Dd%26e%20f&limit=2", prepared.url.toString())
        assertNull(prepared.body)
    }

    @Test
    fun `a JSON body is canonical and says what it is`() {
        val headers = mapOf("Authorization" to "Bearer t")
        val said = json("b" to 1, "a" to listOf(2))
        val prepared = transport.prepared(Request("POST", "/x", headers = headers, json = said))
        assertEquals("""{"a":[2],"b":1}""", body(prepared))
        assertEquals("application/json", prepared.header("Content-Type"))
        assertEquals("Bearer t", prepared.header("Authorization"))
        assertEquals("", body(transport.prepared(Request("POST", "/v1/auth/logout"))))
    }

    @ParameterizedTest
    @ValueSource(strings = ["http://example.org", "ftp://example.org", "example.org", "", "http://127.0.0.1.example"])
    fun `a server that could be overheard is refused`(server: String) {
        assertEquals("bad-server", troubleOf { OkHttpTransport(server) })
    }

    @ParameterizedTest
    @ValueSource(strings = ["http://127.0.0.1:8000", "http://localhost:8000/", "http://[::1]:8000", "https://a.it"])
    fun `a server that cannot be overheard is asked`(server: String) {
        val prepared = OkHttpTransport(server).prepared(Request("GET", "/healthz"))
        assertEquals("${server.trimEnd('/')}/healthz", prepared.url.toString())
    }
}
