package io.skinscore.app

import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.RectF
import android.graphics.Typeface
import android.view.View
import io.skinscore.core.Graded
import kotlin.math.PI
import kotlin.math.cos
import kotlin.math.sin

/**
 * A grade as an arc of five: the plausible range tinted, the most likely grade full, a dot at the
 * expected one.
 */
class Dial(context: Context, private val look: Look, private val graded: Graded?) : View(context) {
    private val paint = Paint(Paint.ANTI_ALIAS_FLAG)

    init {
        importantForAccessibility =
            IMPORTANT_FOR_ACCESSIBILITY_NO // the row around it says it in words
    }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) =
        setMeasuredDimension(look.dp(WIDTH), look.dp(HEIGHT))

    override fun onDraw(canvas: Canvas) {
        canvas.translate(width / 2f, height - look.dp(8f))
        for (grade in 0 until GRADES) segment(canvas, grade)
        if (graded != null) dot(canvas, graded.expected)
        number(canvas, graded?.grade?.toString() ?: "–")
    }

    private fun segment(canvas: Canvas, grade: Int) {
        paint.style = Paint.Style.STROKE
        paint.strokeWidth = look.dp(8f)
        paint.color =
            when {
                graded == null -> look.line
                grade == graded.grade -> look.accent
                grade in graded.range -> look.accentRange
                else -> look.line
            }
        val radius = look.dp(RADIUS)
        canvas.drawArc(
            RectF(-radius, -radius, radius, radius),
            180 + grade * STEP + GAP / 2,
            STEP - GAP,
            false,
            paint,
        )
    }

    /** Inside the arc, where 0 and 4 are the middles of the outer pieces. */
    private fun dot(canvas: Canvas, expected: Float) {
        val angle = PI + (expected + 0.5) * PI / GRADES
        val radius = look.dp(RADIUS - 10)
        paint.style = Paint.Style.FILL
        paint.color = look.ink
        canvas.drawCircle(
            (radius * cos(angle)).toFloat(),
            (radius * sin(angle)).toFloat(),
            look.dp(3f),
            paint,
        )
    }

    private fun number(canvas: Canvas, text: String) {
        paint.style = Paint.Style.FILL
        paint.color = if (graded == null) look.soft else look.ink
        paint.textSize = look.dp(22f)
        paint.textAlign = Paint.Align.CENTER
        paint.typeface = Typeface.DEFAULT_BOLD
        canvas.drawText(text, 0f, look.dp(1f), paint)
    }

    private companion object {
        const val GRADES = 5
        const val STEP = 180f / GRADES // degrees
        const val GAP = 4f // degrees between pieces
        const val RADIUS = 38f // dp
        const val WIDTH = 88 // dp
        const val HEIGHT = 54 // dp
    }
}
