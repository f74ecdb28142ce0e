package io.skinscore.core

/** What this client calls itself. */
object About {
    const val VERSION = "0.1.0"
    const val APP = "skinscore-android $VERSION"
    const val PLATFORM = "android"

    /** Characters (code points) that a note may have, the server's limit. */
    const val NOTE_LENGTH = 4000
}
