package io.skinscore.app

import io.skinscore.core.BundleDescription
import io.skinscore.core.ConsentText
import io.skinscore.core.GradedPhoto
import io.skinscore.core.Record
import io.skinscore.core.SkinScoreClient
import io.skinscore.core.Trend
import io.skinscore.core.Trouble
import java.util.concurrent.atomic.AtomicLong
import kotlin.math.abs

/** Everything that the screens show. */
data class State(
    val screen: Screen = Screen.GRADE,
    /** Of the face: 0 cheek, 1 forehead, 2 centre, 3 chin. */
    val part: Int = 0,
    val looked: Looked? = null,
    val held: Held = Held(),
    val asked: TrendQuestion = TrendQuestion(),
    val trend: Trend? = null,
    /** What goes on in the background. */
    val busy: Set<Task> = emptySet(),
    val message: Message? = null,
    /** Shown until its owner has written it down. */
    val recoveryCode: String? = null,
    /** The text that the server asks to agree to, while it is shown. */
    val consent: ConsentText? = null,
)

enum class Screen(val word: String) {
    GRADE("nav.grade"),
    HISTORY("nav.history"),
    TREND("nav.trend"),
    ACCOUNT("nav.account"),
}

enum class Task {
    GRADE,
    HISTORY,
    SYNC,
    ACCOUNT,
    MODEL,
}

/** A photo that was graded just now, by which bundle, and the attribute whose map shows. */
class Looked(val photo: GradedPhoto, val description: BundleDescription, val chosen: Int) {
    companion object {
        /**
         * Grades a [photo] file; the map that says most shows, of those that the model was taught.
         */
        fun by(client: SkinScoreClient, photo: ByteArray, part: Int): Looked {
            val graded = client.grade(photo, part)
            val description = graded.bundle.description
            val strengths =
                graded.grading.attributes.zip(description.heatScales) { one, scale ->
                    if (one.believed) one.heat.maxOf { abs(it) } / scale else 0.0
                }
            return Looked(graded, description, strengths.indices.maxBy { strengths[it] })
        }
    }
}

/** What the trend is asked for. */
data class TrendQuestion(
    val attribute: String = "oil",
    val part: Int? = null,
    val size: Trend.BucketSize = Trend.BucketSize.DAY,
)

/** Something to tell: words of the table, or a fault. */
sealed interface Message {
    class Said(val key: String, vararg val values: Pair<String, Any>) : Message

    class Failed(val fault: Throwable) : Message
}

/**
 * What the client holds at one moment. [description] and [version] are null where no bundle can be
 * used.
 */
class Held(
    val history: List<Record> = emptyList(),
    val notes: Map<String, String> = emptyMap(),
    val unsent: Set<String> = emptySet(),
    val refused: Set<String> = emptySet(),
    val guestRecords: Int = 0,
    val email: String? = null,
    val signedIn: Boolean = false,
    val description: BundleDescription? = null,
    val version: String? = null,
    private val number: Long = 0,
) {
    /** The one that was read later, whichever thread comes first. */
    fun orNewer(other: Held): Held = if (other.number > number) other else this

    companion object {
        private val read = AtomicLong()

        /** Reads it all; the history shows also where the bundle cannot be used. */
        fun by(client: SkinScoreClient): Held {
            val number = read.incrementAndGet()
            val bundle =
                try {
                    client.bundle
                } catch (_: Trouble) {
                    null
                }
            return Held(
                client.history,
                client.notes,
                client.unsent.toSet(),
                client.refused,
                client.guestRecords,
                client.email,
                client.isSignedIn,
                bundle?.description,
                bundle?.offer?.version,
                number,
            )
        }
    }
}
