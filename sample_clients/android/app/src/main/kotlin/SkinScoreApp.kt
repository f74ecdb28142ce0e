package io.skinscore.app

import android.app.Application
import android.content.Context
import android.os.Handler
import android.os.Looper
import io.skinscore.core.SkinScoreClient
import java.util.concurrent.Executor
import java.util.concurrent.Executors

/** The one client of the process, and the threads on which its calls block. */
open class SkinScoreApp : Application() {
    private val opened = lazy { openClient() }

    /**
     * Opened at first use, which copies files: never on the main thread. Throws
     * [io.skinscore.core.Trouble].
     */
    val client: SkinScoreClient
        get() = opened.value

    /** Where blocking calls go, and where their answers come back. */
    val work by lazy { Work(background(), main()) }

    /** What the screens show; it outlives them. */
    val model by lazy { ScreenModel({ client }, work, onChange = { Jobs.syncSoon(this) }) }

    override fun onCreate() {
        super.onCreate()
        Jobs.lookForModels(this)
    }

    protected open fun openClient(): SkinScoreClient = OnThisPhone.client(this)

    protected open fun background(): Executor = Executors.newCachedThreadPool()

    protected open fun main(): Executor = Handler(Looper.getMainLooper()).let { Executor(it::post) }
}

internal val Context.app: SkinScoreApp
    get() = applicationContext as SkinScoreApp
