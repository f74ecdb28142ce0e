package io.skinscore.app

import io.skinscore.core.Change
import io.skinscore.core.Entry
import io.skinscore.core.Record
import io.skinscore.core.get
import io.skinscore.core.items
import io.skinscore.core.json
import io.skinscore.core.parseJson
import io.skinscore.core.text
import java.util.Base64

/**
 * What a signed-in person has after some months: two parts, two models, a note, and one score that
 * waits.
 */
internal object SomeHistory {
    private val keys = listOf("oil", "hydration", "wrinkle", "pigmentation", "sensitivity")
    val scores = List(9, ::score)
    val note =
        record(
            "id" to "note",
            "kind" to "note",
            "score_id" to "score8",
            "text" to "New cream since Monday, slept little",
        )
    val entries =
        (scores + note).associate { it.id to Entry(it, seq = 1, waits = it === scores.last()) }

    /** The history of a signed-in person. */
    fun keep(app: TestApp) {
        val settings = mapOf("account" to "a", "email" to "mina@example.org")
        SQLiteStorage(app).use { it.write(Change(entries, settings)) }
        SealedSecrets(app.noBackupFilesDir.resolve("login"), TestKey::get).write("token")
    }

    /** A golden photo as a PNG file. */
    fun photo(number: Int): ByteArray {
        val golden = parseJson(Committed.bundle.resolve("golden.json").readBytes())
        return Base64.getDecoder().decode(golden["photos"].items[number]["png"].text)
    }

    private fun score(place: Int): Record {
        val (version, sequence) = if (place < 5) "0.1.0" to 1 else "0.2.2" to 2
        val attributes = keys.mapIndexed { number, key -> key to answer(place, number) }.toMap()
        return record(
            "id" to "score$place",
            "kind" to "score",
            "captured_at" to
                "2026-%02d-%02dT08:3%d:00+09:00".format(2 + place, 3 + place, place % 6),
            "part" to place % 2,
            "attributes" to attributes,
            "model" to json("name" to "skinscore", "version" to version, "sequence" to sequence),
        )
    }

    private fun answer(place: Int, number: Int) =
        json(
            "grade" to (place + number) % 5,
            "expected_milli" to 600 + (place * 7 + number * 3) % 11 * 300,
        )

    private fun record(vararg fields: Pair<String, Any?>) = checkNotNull(Record.of(json(*fields)))
}
