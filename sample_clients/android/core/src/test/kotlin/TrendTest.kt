package io.skinscore.core

import java.time.Instant
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlinx.serialization.json.JsonElement

/** The trend worked out on the device, held to what the server answered. */
class TrendTest {
    private val now = Instant.parse("2026-10-26T00:00:00Z")
    private val steps = GoldenFiles.conversation("trend")["steps"].items
    private val records = steps.mapNotNull { Record.of(it["record"]) }
    private val bundle = steps.firstNotNullOf { it["bundle"] }

    @Test
    fun `every golden trend is what the server gave`() {
        val asked = steps.filter { it["do"].text == "trend" && it["answer"]["buckets"] != null }
        assertEquals(true, asked.size >= 4)
        for (step in asked) {
            val trend = trend(step["query"])
            assertEquals(step["answer"]["buckets"].items, trend.buckets.map(::written))
            assertEquals(step["answer"]["model_changes"].items, trend.modelChanges.map(::written))
        }
    }

    @Test
    fun `notes and other attributes are left out`() {
        assertEquals(0, Trend.of(records, "hydration", now = now).buckets.size)
        assertEquals(0, Trend.of(listOf(Record.note(records[0].id, "x")), "oil", now = now).buckets.size)
    }

    private fun trend(query: JsonElement?): Trend {
        val size = Trend.BucketSize.valueOf((query["bucket"].text ?: "day").uppercase())
        val part = query["part"].let { it.whole ?: it.text?.toLong() }?.toInt()
        return Trend.of(records, query.needText("attribute"), part, size, now) { model ->
            val known = model["version"] == bundle["version"]
            bundle["graded_parts"]["oil"].items.map { it.asInt() }.takeIf { known }
        }
    }

    private fun written(bucket: Trend.Bucket) = json(
        "bucket" to bucket.bucket,
        "count" to bucket.count,
        "expected_milli" to mapOf("min" to bucket.min, "mean" to bucket.mean, "max" to bucket.max),
        "suspect_clock" to bucket.suspectClock,
        "not_learned" to bucket.notLearned,
    )

    private fun written(change: Trend.ModelChange) =
        json("captured_at" to change.capturedAt, "bucket" to change.bucket, "from" to change.from, "to" to change.to)
}
