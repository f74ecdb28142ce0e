package io.skinscore.app

import android.content.Context
import android.graphics.Canvas
import android.graphics.DashPathEffect
import android.graphics.Paint
import android.graphics.Path
import android.util.TypedValue
import android.view.View
import io.skinscore.core.Trend
import java.time.LocalDate
import java.time.format.DateTimeFormatter

/**
 * The mean as a line, lowest to highest as a band, other models as dashed lines; time goes by days.
 */
class TrendChart(context: Context, private val look: Look) : View(context) {
    private val paint = Paint(Paint.ANTI_ALIAS_FLAG)
    private var buckets = emptyList<Trend.Bucket>()
    private var days = emptyList<Long>()
    private var changes = emptyList<Long>()

    fun show(trend: Trend, described: String) {
        buckets = trend.buckets
        days = trend.buckets.map { dayOf(it.bucket) }
        changes = trend.modelChanges.map { dayOf(it.bucket) }
        contentDescription = described
        invalidate()
    }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) =
        setMeasuredDimension(MeasureSpec.getSize(widthSpec), look.dp(HEIGHT))

    override fun onDraw(canvas: Canvas) {
        if (buckets.isEmpty()) return
        grid(canvas)
        band(canvas)
        changes.forEach { change(canvas, x(it)) }
        line(canvas)
        dates(canvas)
    }

    private fun grid(canvas: Canvas) {
        label(Paint.Align.LEFT)
        for (grade in 0..4) {
            paint.color = look.line
            canvas.drawLine(left(), y(grade * 1000f), width.toFloat(), y(grade * 1000f), paint)
            paint.color = look.soft
            canvas.drawText("$grade", 0f, y(grade * 1000f) + paint.textSize / 3, paint)
        }
    }

    private fun band(canvas: Canvas) {
        val path = Path()
        buckets.forEachIndexed { place, one -> path.to(place == 0, x(days[place]), y(one.max)) }
        buckets.indices.reversed().forEach { path.to(false, x(days[it]), y(buckets[it].min)) }
        paint.style = Paint.Style.FILL
        paint.color = look.accentTint
        canvas.drawPath(path, paint)
    }

    private fun line(canvas: Canvas) {
        val path = Path()
        buckets.forEachIndexed { place, one -> path.to(place == 0, x(days[place]), y(one.mean)) }
        paint.color = look.accent
        stroke(2f)
        canvas.drawPath(path, paint)
        paint.style = Paint.Style.FILL
        buckets.forEachIndexed { place, one ->
            canvas.drawCircle(x(days[place]), y(one.mean), look.dp(4f), paint)
        }
    }

    private fun change(canvas: Canvas, x: Float) {
        paint.color = look.soft
        stroke(1f)
        paint.pathEffect = DashPathEffect(floatArrayOf(look.dp(4f), look.dp(4f)), 0f)
        canvas.drawLine(x, y(4000f), x, y(0f), paint)
        paint.pathEffect = null
    }

    /** The first and the last one. */
    private fun dates(canvas: Canvas) {
        label(Paint.Align.LEFT)
        canvas.drawText(buckets.first().bucket, left(), height - look.dp(4f), paint)
        if (buckets.size < 2) return
        paint.textAlign = Paint.Align.RIGHT
        canvas.drawText(buckets.last().bucket, width.toFloat(), height - look.dp(4f), paint)
    }

    private fun label(align: Paint.Align) {
        paint.style = Paint.Style.FILL
        paint.strokeWidth = look.dp(1f)
        paint.textSize =
            TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_SP, 12f, resources.displayMetrics)
        paint.textAlign = align
        paint.color = look.soft
    }

    private fun stroke(width: Float) {
        paint.style = Paint.Style.STROKE
        paint.strokeWidth = look.dp(width)
    }

    private fun left() = look.dp(24f)

    private fun x(day: Long): Float {
        val (from, to) = left() + look.dp(8f) to width - look.dp(8f)
        val span = days.last() - days.first()
        return if (span == 0L) (from + to) / 2 else from + (to - from) * (day - days.first()) / span
    }

    private fun y(milli: Number): Float {
        val (top, bottom) = look.dp(12f) to height - look.dp(32f)
        return bottom - (bottom - top) * milli.toFloat() / 4000
    }

    private fun Path.to(isFirst: Boolean, x: Float, y: Float) =
        if (isFirst) moveTo(x, y) else lineTo(x, y)

    private companion object {
        const val HEIGHT = 240 // dp

        /** The first day of `2026-05-04`, `2026-W19` or `2026-05`, counted from 1970. */
        fun dayOf(bucket: String): Long =
            when {
                'W' in bucket -> LocalDate.parse("$bucket-1", DateTimeFormatter.ISO_WEEK_DATE)
                bucket.length == 7 -> LocalDate.parse("$bucket-01")
                else -> LocalDate.parse(bucket)
            }.toEpochDay()
    }
}
