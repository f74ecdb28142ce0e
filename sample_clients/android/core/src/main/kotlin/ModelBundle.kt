package io.skinscore.core

import java.io.File

/** A verified bundle on disk. [sha256] is of its bundle.json. */
class ModelBundle internal constructor(val description: BundleDescription, val folder: File, val sha256: String)

class BundleDescription
