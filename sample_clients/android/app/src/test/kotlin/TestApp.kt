package io.skinscore.app

import io.skinscore.core.Engine
import io.skinscore.core.ModelBundle
import io.skinscore.core.Outputs
import io.skinscore.core.Patience
import io.skinscore.core.Scorer
import io.skinscore.core.SkinScoreClient
import io.skinscore.core.Transport
import io.skinscore.core.Trust
import java.io.File
import java.io.IOException
import java.util.concurrent.Executor
import javax.crypto.SecretKey

/**
 * Where the committed bundle and the clients' keys lie; Maven runs a module's tests in its own
 * folder.
 */
internal object Committed {
    private val clients = File("../..").canonicalFile
    val bundle: File = clients.resolveSibling("mobile_export/reference")
    val trustedKeys: File = clients.resolve("python/trusted_keys.json")
    val trust: Trust
        get() = Trust.of(trustedKeys.readBytes(), OnThisPhone.RUNTIME)
}

/**
 * The app with the committed bundle, a model of ours in the place of ExecuTorch's library, and what
 * [server] answers.
 */
class TestApp : SkinScoreApp() {
    var server = Transport { throw IOException("no network in this test") }

    /** What seals the login. */
    var key: () -> SecretKey = TestKey::get

    private val storage = lazy { SQLiteStorage(this) }

    override fun openClient() =
        SkinScoreClient(
            shipped = Committed.bundle,
            home = noBackupFilesDir.resolve("skinscore"),
            transport = Transport { server.send(it) },
            trust = Committed.trust,
            engine = SteadyEngine,
            storage = storage.value,
            secrets = SealedSecrets(noBackupFilesDir.resolve("login")) { key() },
            patience = Patience(tries = 1) {},
        )

    override fun onTerminate() {
        super.onTerminate()
        if (storage.isInitialized()) storage.value.close()
    }

    override fun background() = Executor { it.run() }

    override fun main() = Executor { it.run() }
}

/** Android's own decoder, and a model that answers the same for every photo. */
internal object SteadyEngine : Engine {
    private val grades = listOf(4, 1, 4, 3, 3)

    override fun decode(photo: ByteArray) = Photo.decode(photo)

    override fun load(bundle: ModelBundle) = Scorer { outputs(bundle.description.heatScales) }

    /**
     * Sure of oil and sensitivity, less of the others; each attribute is seen in another corner.
     */
    fun outputs(scales: List<Double>): Outputs {
        val probabilities =
            grades
                .flatMapIndexed { place, grade -> List(5) { likely(it - grade, place % 4 == 0) } }
                .toFloatArray()
        val heat =
            List(5) { place -> List(49) { cell -> warmth(cell, place) * scales[place].toFloat() } }
                .flatten()
                .toFloatArray()
        val expected =
            FloatArray(5) { place ->
                (0 until 5).sumOf { it * probabilities[place * 5 + it].toDouble() }.toFloat()
            }
        return Outputs(
            probabilities,
            probabilities,
            expected,
            heat,
            floatArrayOf(0.2f, 0.01f, 0.001f),
        )
    }

    private fun likely(distance: Int, sure: Boolean): Float {
        val most = if (sure) 0.92f else 0.6f
        return if (distance == 0) most else (1 - most) / 4
    }

    private fun warmth(cell: Int, place: Int): Float {
        val (row, column) = cell / 7 - 1.5 - place % 3 to cell % 7 - 1.5 - place % 4
        return (1.4 * Math.exp(-(row * row + column * column) / 4) - 0.4).toFloat()
    }
}
