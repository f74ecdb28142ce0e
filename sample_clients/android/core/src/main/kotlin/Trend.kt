package io.skinscore.core

import java.time.Duration
import java.time.Instant
import kotlinx.serialization.json.JsonElement

/**
 * One attribute over time, from the history on this device, so that it works offline; the same figures as the server's
 * `/v1/scores/trend`. Buckets go by the date on the wall where the photo was taken. Where another model takes over
 * ([modelChanges]), grades may step for that reason alone.
 */
class Trend private constructor(val buckets: List<Bucket>, val modelChanges: List<ModelChange>) {
    enum class BucketSize {
        DAY,
        WEEK,
        MONTH,
        ;

        /** `2026-05-04`, `2026-W19` or `2026-05`. */
        internal fun name(moment: Moment): String = when (this) {
            DAY -> moment.day
            WEEK -> moment.week
            MONTH -> moment.day.take(7)
        }
    }

    /** Expected grades in thousandths; how many have a doubtful clock, or a part that their model never learned. */
    class Bucket(
        val bucket: String,
        val count: Int,
        val min: Long,
        val mean: Long,
        val max: Long,
        val suspectClock: Int,
        val notLearned: Int,
    )

    /** The first score of another model. */
    class ModelChange(val capturedAt: String, val bucket: String, val from: JsonElement, val to: JsonElement)

    companion object {
        private val AHEAD = Duration.ofDays(1) // that a phone's clock may run ahead

        /** [learned] gives the parts that a model learned for the attribute; null when that model is not known here. */
        fun of(
            records: Iterable<Record>,
            attribute: String,
            part: Int? = null,
            size: BucketSize = BucketSize.DAY,
            now: Instant = Instant.now(),
            learned: (model: JsonElement) -> List<Int>? = { null },
        ): Trend {
            val points = records.mapNotNull { Point.of(it, attribute, size, now + AHEAD) }
                .filter { part == null || it.record.part == part }
                .sortedBy { it.instant }
            val buckets = points.groupBy { it.bucket }.toSortedMap().map { (name, held) -> bucket(name, held, learned) }
            return Trend(buckets, changes(points.filter { !it.isSuspect }))
        }

        private fun bucket(name: String, points: List<Point>, learned: (JsonElement) -> List<Int>?): Bucket {
            val values = points.map { it.milli }
            val mean = (2 * values.sum() + values.size) / (2 * values.size) // rounded, halves up
            val suspect = points.count { it.isSuspect }
            val notLearned = points.count { point -> learned(point.record.model)?.contains(point.record.part) == false }
            return Bucket(name, values.size, values.min(), mean, values.max(), suspect, notLearned)
        }

        private fun changes(points: List<Point>): List<ModelChange> =
            points.zipWithNext()
                .filter { (before, after) -> before.record.model != after.record.model }
                .map { (before, after) ->
                    ModelChange(after.record.capturedAt, after.bucket, before.record.model, after.record.model)
                }
    }

    /** One score of the trend. */
    private class Point(
        val record: Record,
        val milli: Long,
        val bucket: String,
        val instant: Instant,
        latest: Instant,
    ) {
        /** Before 1970, or a day and more ahead of now: such a clock cannot have been right. */
        val isSuspect = instant < Instant.EPOCH || instant > latest

        companion object {
            fun of(record: Record, attribute: String, size: BucketSize, latest: Instant): Point? {
                val milli = record.answer(attribute)["expected_milli"].whole
                val moment = Moment.of(record.capturedAt)
                if (!record.isScore || milli == null || moment == null) return null
                return Point(record, milli, size.name(moment), moment.instant, latest)
            }
        }
    }
}
