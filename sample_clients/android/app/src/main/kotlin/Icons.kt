package io.skinscore.app

import android.graphics.Canvas
import android.graphics.ColorFilter
import android.graphics.Paint
import android.graphics.Path
import android.graphics.PixelFormat
import android.graphics.drawable.Drawable

/**
 * The line icons of the four screens, drawn on a field of 24 x 24 in one weight and [colour];
 * [side] px.
 */
class Icon(screen: Screen, colour: Int, private val side: Int) : Drawable() {
    private val path = screen.path()
    private val paint =
        Paint(Paint.ANTI_ALIAS_FLAG).apply {
            color = colour
            style = Paint.Style.STROKE
            strokeWidth = 1.7f
            strokeCap = Paint.Cap.ROUND
            strokeJoin = Paint.Join.ROUND
        }

    override fun draw(canvas: Canvas) {
        canvas.save()
        canvas.translate(bounds.left.toFloat(), bounds.top.toFloat())
        canvas.scale(side / FIELD, side / FIELD)
        canvas.drawPath(path, paint)
        canvas.restore()
    }

    override fun getIntrinsicWidth() = side

    override fun getIntrinsicHeight() = side

    override fun setAlpha(alpha: Int) {
        paint.alpha = alpha
    }

    override fun setColorFilter(filter: ColorFilter?) {
        paint.colorFilter = filter
    }

    @Deprecated("Android asks for it no longer", ReplaceWith("PixelFormat.TRANSLUCENT"))
    override fun getOpacity() = PixelFormat.TRANSLUCENT

    private companion object {
        const val FIELD = 24f

        fun Screen.path(): Path =
            when (this) {
                Screen.GRADE -> viewfinder()
                Screen.HISTORY ->
                    lines(5f, 6.5f, 19f, 6.5f) +
                        lines(5f, 12f, 19f, 12f) +
                        lines(5f, 17.5f, 14f, 17.5f)
                Screen.TREND -> lines(4f, 18f, 9f, 12f, 13f, 15f, 20f, 6f)
                Screen.ACCOUNT -> person()
            }

        fun viewfinder() =
            corner(4f, 8.5f, 4f, 4f, 8.5f, 4f) +
                corner(15.5f, 4f, 20f, 4f, 20f, 8.5f) +
                corner(20f, 15.5f, 20f, 20f, 15.5f, 20f) +
                corner(8.5f, 20f, 4f, 20f, 4f, 15.5f) +
                Path().apply { addCircle(12f, 12f, 3f, Path.Direction.CW) }

        fun person() =
            Path().apply {
                addCircle(12f, 8f, 4f, Path.Direction.CW)
                moveTo(5f, 20f)
                cubicTo(5.8f, 16.5f, 8.6f, 15f, 12f, 15f)
                cubicTo(15.4f, 15f, 18.2f, 16.5f, 19f, 20f)
            }

        fun lines(vararg points: Float) =
            Path().apply {
                moveTo(points[0], points[1])
                for (place in 2 until points.size step 2) lineTo(points[place], points[place + 1])
            }

        /** A round corner around the second point. */
        fun corner(x1: Float, y1: Float, x2: Float, y2: Float, x3: Float, y3: Float) =
            Path().apply {
                moveTo(x1, y1)
                quadTo(x2, y2, x3, y3)
            }

        operator fun Path.plus(other: Path) = apply { addPath(other) }
    }
}
