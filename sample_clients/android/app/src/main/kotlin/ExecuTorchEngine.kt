package io.skinscore.app

import io.skinscore.core.Engine
import io.skinscore.core.ModelBundle
import io.skinscore.core.Pixels
import io.skinscore.core.Scorer
import java.io.File
import org.pytorch.executorch.EValue
import org.pytorch.executorch.Module

/**
 * Decodes with Android, grades with ExecuTorch. One model is loaded at a time: concurrent loads
 * have crashed there.
 */
class ExecuTorchEngine : Engine {
    override fun decode(photo: ByteArray): Pixels = Photo.decode(photo)

    /** Throws [io.skinscore.core.Trouble] `does-not-run` or `no-memory`. */
    override fun load(bundle: ModelBundle): Scorer =
        synchronized(ExecuTorchEngine) {
            RuntimeFaults.explained {
                ExecuTorchScorer(LoadedModule(bundle.modelFile), bundle.description.size)
            }
        }

    private companion object
}

/**
 * A `.pte` in memory, its pages read as they are needed. The first photo is as fast as the others.
 */
private class LoadedModule(file: File) : Program {
    private val module = Module.load(file.path, Module.LOAD_MODE_MMAP)

    init {
        try {
            module.loadMethod(METHOD)
        } catch (fault: RuntimeException) {
            module.close()
            throw fault
        }
    }

    override fun forward(input: EValue): Array<EValue> = module.execute(METHOD, input)

    override fun close() = module.close()

    private companion object {
        const val METHOD = "forward"
    }
}
