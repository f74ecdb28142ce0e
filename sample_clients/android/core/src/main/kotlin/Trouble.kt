package io.skinscore.core

/**
 * Something that was not done. [code] is a word that all clients share (a problem's type, or why a model was refused),
 * [message] says in English what to do; an app shows its own words for the code where it has some.
 */
class Trouble(val code: String, override val message: String, cause: Throwable? = null) : Exception(message, cause)
