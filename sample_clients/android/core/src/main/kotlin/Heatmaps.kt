package io.skinscore.core

import kotlinx.serialization.json.JsonElement

/** The server's answer for one photo: its JSON [result], and the PNG layer of each attribute. */
class Heatmaps private constructor(val result: JsonElement, val layers: Map<String, ByteArray>) {
    internal companion object {
        private const val PATIENCE = 120_000_000_000L // ns
        private const val PAUSE = 0.5 // s
        private val OPEN = setOf("queued", "running")

        /** [gradedBy]: the hash of the model that graded the photo here. */
        fun of(server: Server, square: ByteArray, gradedBy: String): Heatmaps {
            val job = finished(server, square, mapOf("graded_by" to gradedBy))
            val result = job["result"]
            if (job["status"].text != "succeeded" || result == null) {
                throw Trouble("photo-rejected", job["problem"]["detail"].text ?: "the photo could not be explained")
            }
            val paths = result["attributes"].fields.mapNotNull { (key, one) -> one["href"].text?.let { key to it } }
            return Heatmaps(result, paths.associate { (key, path) -> key to server.call(Request("GET", path)).body })
        }

        private fun finished(server: Server, square: ByteArray, question: Map<String, String>): JsonElement {
            val headers = mapOf("Content-Type" to "image/png", "Prefer" to "wait=10")
            var job = server.call(Request("POST", "/v1/heatmaps", question, headers, body = square)).json()
            val start = System.nanoTime()
            while (job["status"].text in OPEN) {
                if (System.nanoTime() - start > PATIENCE) {
                    throw Trouble("busy", "the server takes long: ask again later, the result is kept for a day")
                }
                server.patience.wait(PAUSE)
                job = server.call(Request("GET", "/v1/heatmaps/${job["id"].text}", question)).json()
            }
            return job
        }
    }
}
