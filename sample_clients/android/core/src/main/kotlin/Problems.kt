package io.skinscore.core

/** What the server says no with: a problem document (RFC 9457), read as one sentence. */
internal object Problems {
    private val ANSWERS = setOf("application/json", "image/png", "application/octet-stream", "application/zip")
    private val EMPTY = setOf(204, 304)

    /** The answer, if it is a good one of a SkinScore server. Throws [Trouble] with the problem's type as code. */
    fun checked(answer: Answer): Answer {
        if (answer.status >= 400) throw trouble(answer)
        val kind = answer.header("Content-Type").orEmpty().substringBefore(';')
        if (answer.status in EMPTY || (answer.status < 300 && kind in ANSWERS)) return answer
        answer.close()
        throw Trouble("unexpected", "what answers there is no SkinScore server: check the network")
    }

    private fun trouble(answer: Answer): Trouble {
        val seconds = Patience.asked(answer)
        val (code, sentence) = read(answer)
        return Trouble(code, if (seconds == 0L) sentence else "$sentence; come again in $seconds s")
    }

    private fun read(answer: Answer): Pair<String, String> {
        val problem = parseJson(answer.body)
        val slug = problem["type"].text?.substringAfterLast(':').orEmpty()
        if (slug.isEmpty()) return "unexpected" to "the server answered ${answer.status} without a reason"
        val said = problem["detail"].text ?: problem["title"].text ?: slug
        val faults = problem["errors"].items.map { "${it["pointer"].text.orEmpty()}: ${it["detail"].text.orEmpty()}" }
        return slug to (listOf(said) + faults).joinToString("; ")
    }
}
