package io.skinscore.core

private const val MARKER = 0xFF
private const val START = 0xD8
private const val END = 0xD9
private val ALONE = setOf(0x00, 0x01) + (0xD0..0xD8) // no length follows: a stuffed byte, restarts, the start

/**
 * Whether this is a JPEG file whose end is missing, by its markers (ITU-T T.81, annex B). Decoders of
 * phones draw grey what is not there and say nothing, and grey skin would be graded.
 */
fun isCutOffJpeg(file: ByteArray): Boolean {
    fun byte(at: Int) = file[at].toInt() and 0xFF
    if (file.size < 2 || byte(0) != MARKER || byte(1) != START) return false
    var at = 2
    while (at + 1 < file.size) {
        val marker = byte(at + 1)
        at +=
            when {
                byte(at) != MARKER || marker == MARKER -> 1 // coded pixels, or a filling byte
                marker == END -> return false
                marker in ALONE -> 2
                at + 3 < file.size -> 2 + (byte(at + 2) shl 8 or byte(at + 3))
                else -> return true
            }
    }
    return true
}
