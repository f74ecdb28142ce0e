package io.skinscore.app

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import io.skinscore.core.SkinScoreClient
import io.skinscore.core.Trouble

/** What the app asks Android to run later, when there is a network. */
object Jobs {
    internal const val SYNC = 1
    internal const val MODELS = 2
    private const val DAY = 24 * 60 * 60 * 1000L // ms
    private const val PAUSE = 30_000L // ms, doubled after each failure

    /** Send what waits as soon as there is a network, also after a restart of the phone. */
    fun syncSoon(context: Context) =
        schedule(
            context,
            job(context, SYNC)
                .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
                .setBackoffCriteria(PAUSE, JobInfo.BACKOFF_POLICY_EXPONENTIAL),
        )

    /** Look for a newer model once a day, where that costs nothing. */
    fun lookForModels(context: Context) {
        if (scheduler(context).getPendingJob(MODELS) != null)
            return // scheduling again would begin the day anew
        schedule(
            context,
            job(context, MODELS)
                .setRequiredNetworkType(JobInfo.NETWORK_TYPE_UNMETERED)
                .setPeriodic(DAY),
        )
    }

    private fun job(context: Context, id: Int) =
        JobInfo.Builder(id, ComponentName(context, BackgroundService::class.java))
            .setPersisted(true)

    private fun schedule(context: Context, job: JobInfo.Builder) {
        scheduler(context).schedule(job.build())
    }

    private fun scheduler(context: Context) =
        checkNotNull(context.getSystemService(JobScheduler::class.java))
}

/**
 * Syncs, or takes a newer model. When Android ends it, nothing is lost: both go on where they
 * stopped.
 */
class BackgroundService : JobService() {
    override fun onStartJob(job: JobParameters): Boolean {
        val call = if (job.jobId == Jobs.SYNC) ::sync else ::update
        app.work.run({ call(app.client) }) { result ->
            jobFinished(job, isWorthAnotherTry(result.exceptionOrNull()))
        }
        return true
    }

    override fun onStopJob(job: JobParameters) = true

    private fun sync(client: SkinScoreClient) {
        if (client.isSignedIn) client.sync()
    }

    private fun update(client: SkinScoreClient) {
        client.update()
    }

    /** What passes by itself; `unexpected` is also a proxy whose server starts anew. */
    private fun isWorthAnotherTry(fault: Throwable?) = fault is Trouble && fault.code in PASSING

    private companion object {
        val PASSING = setOf("offline", "busy", "rate-limited", "internal", "unexpected")
    }
}
