package io.skinscore.app

import io.skinscore.core.Outputs
import io.skinscore.core.Scorer
import io.skinscore.core.Trouble
import java.io.Closeable
import java.nio.FloatBuffer
import org.pytorch.executorch.EValue
import org.pytorch.executorch.Tensor

/** What [ExecuTorchScorer] needs of a loaded module. */
internal interface Program : Closeable {
    fun forward(input: EValue): Array<EValue>
}

/**
 * A loaded `.pte` as a [Scorer] for photos of [size] x [size] px. One call at a time, and [close]
 * waits for it: ExecuTorch throws when a module is closed in the middle of a call.
 */
internal class ExecuTorchScorer(private val program: Program, private val size: Int) : Scorer {
    private val planes: FloatBuffer = Tensor.allocateFloatBuffer(CHANNELS * size * size)
    private val input =
        EValue.from(
            Tensor.fromBlob(planes, longArrayOf(1, CHANNELS.toLong(), size.toLong(), size.toLong()))
        )
    private var isOpen = true

    /** Throws [Trouble] `does-not-run`, also after [close]. */
    @Synchronized
    override fun score(input: ByteArray): Outputs {
        if (!isOpen) throw Trouble("does-not-run", "the model was closed: ask the client again")
        fill(input)
        return RuntimeFaults.explained { outputs(program.forward(this.input)) }
    }

    @Synchronized
    override fun close() {
        if (isOpen) program.close()
        isOpen = false
    }

    /**
     * Rows of RGB bytes become three planes of 0..255. The other order runs too, and gives
     * plausible nonsense.
     */
    private fun fill(rgb: ByteArray) {
        val plane = size * size
        for (channel in 0 until CHANNELS) {
            for (place in 0 until plane) planes.put(
                channel * plane + place,
                (rgb[place * CHANNELS + channel].toInt() and 0xFF).toFloat(),
            )
        }
    }

    private fun outputs(values: Array<EValue>): Outputs {
        if (values.size != Outputs.NAMES.size || values.any { !it.isTensor }) {
            throw Trouble(
                "does-not-run",
                "the model's answers are not what its bundle says: update the app",
            )
        }
        val (probabilities, utilities, expected, heatmaps, quality) =
            values.map { it.toTensor().dataAsFloatArray }
        return Outputs(probabilities, utilities, expected, heatmaps, quality)
    }

    private companion object {
        const val CHANNELS = 3
    }
}
