package io.skinscore.core

import java.util.concurrent.TimeUnit.SECONDS
import okhttp3.HttpUrl
import okhttp3.HttpUrl.Companion.toHttpUrlOrNull
import okhttp3.OkHttpClient
import okhttp3.RequestBody
import okhttp3.RequestBody.Companion.toRequestBody

/**
 * OkHttp without cookies, caches or redirects, so that no token reaches another address. [server] is `https://…`;
 * `http` is good for this device alone. Throws [Trouble] `bad-server` for anything else.
 */
class OkHttpTransport(server: String) : Transport {
    private val root = root(server)
    private val client =
        OkHttpClient.Builder()
            .connectTimeout(CONNECT, SECONDS)
            .readTimeout(SILENCE, SECONDS)
            .writeTimeout(SILENCE, SECONDS)
            .followRedirects(false)
            .build()

    override fun send(request: Request): Answer {
        val response = client.newCall(prepared(request)).execute()
        return Answer(response.code, response.headers.toMap(), response.body.byteStream())
    }

    internal fun prepared(request: Request): okhttp3.Request {
        val url = root.newBuilder().addPathSegments(request.path.drop(1))
        request.query.toSortedMap().forEach(url::addQueryParameter)
        val prepared = okhttp3.Request.Builder().url(url.build()).method(request.method, body(request))
        if (request.json != null) prepared.header("Content-Type", "application/json")
        request.headers.forEach(prepared::header)
        return prepared.build()
    }

    private fun body(request: Request): RequestBody? =
        (request.json?.canonical() ?: request.body)?.toRequestBody()
            ?: ByteArray(0).toRequestBody().takeIf { request.method in WITH_BODY }

    private companion object {
        const val CONNECT = 5L // s
        const val SILENCE = 30L // s without a byte
        val LOOPBACK = setOf("127.0.0.1", "localhost", "::1")
        val WITH_BODY = setOf("POST", "PATCH")

        fun root(server: String): HttpUrl {
            val url = server.trimEnd('/').toHttpUrlOrNull()
            if (url == null || !(url.isHttps || url.host in LOOPBACK)) {
                throw Trouble("bad-server", "the server's address has to begin with https://: $server")
            }
            return url
        }
    }
}
