package io.skinscore.app

import android.content.Context
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.Path
import android.graphics.RectF
import android.view.View
import io.skinscore.core.Heat

/** The graded square, and one attribute's heat above it. */
class HeatPhoto(context: Context, private val look: Look) : View(context) {
    private val paint = Paint(Paint.FILTER_BITMAP_FLAG)
    private val frame = RectF()
    private val corners = Path()
    private var square: Bitmap? = null
    private var heat: Bitmap? = null

    /** How strong the colours are, 0..1. */
    var strength = 1f
        set(value) {
            field = value
            invalidate()
        }

    /** [looked] and what it means in words. */
    fun show(looked: Looked, described: String) {
        val (grading, side) = looked.photo.grading to looked.description.size
        square = Bitmap.createBitmap(colours(grading.pixels), side, side, Bitmap.Config.ARGB_8888)
        val layer =
            Heat.layer(
                grading.attributes[looked.chosen].heat,
                looked.description.heatScales[looked.chosen],
                LAYER,
            )
        heat = Bitmap.createBitmap(layer, LAYER, LAYER, Bitmap.Config.ARGB_8888)
        contentDescription = described
        invalidate()
    }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        val side = MeasureSpec.getSize(widthSpec)
        setMeasuredDimension(side, side)
    }

    override fun onSizeChanged(width: Int, height: Int, oldWidth: Int, oldHeight: Int) {
        frame.set(0f, 0f, width.toFloat(), height.toFloat())
        corners.rewind()
        corners.addRoundRect(frame, look.dp(RADIUS), look.dp(RADIUS), Path.Direction.CW)
    }

    override fun onDraw(canvas: Canvas) {
        canvas.clipPath(corners)
        paint.alpha = 255
        square?.let { canvas.drawBitmap(it, null, frame, paint) }
        paint.alpha = (255 * strength).toInt()
        heat?.let { canvas.drawBitmap(it, null, frame, paint) }
    }

    private fun colours(rgb: ByteArray) =
        IntArray(rgb.size / 3) { place ->
            val (red, green, blue) = List(3) { rgb[3 * place + it].toInt() and 0xFF }
            0xFF shl 24 or (red shl 16) or (green shl 8) or blue
        }

    private companion object {
        const val LAYER = 256 // px, made smooth on the screen
        const val RADIUS = 18f // dp
    }
}
