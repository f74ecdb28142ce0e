package io.skinscore.app

import android.app.Activity
import org.pytorch.executorch.Module

class Empty : Activity() {
    fun load(path: String) = Module.load(path, Module.LOAD_MODE_MMAP)
}
