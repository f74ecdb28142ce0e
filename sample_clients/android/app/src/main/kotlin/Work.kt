package io.skinscore.app

import java.util.concurrent.Executor

/** Runs blocking calls in the [background] and brings what they give back to the [main] thread. */
class Work(private val background: Executor, private val main: Executor) {
    fun <T> run(call: () -> T, done: (Result<T>) -> Unit) =
        background.execute {
            val result = runCatching(call)
            main.execute { done(result) }
        }
}
