package io.skinscore.app

import android.content.Context
import io.skinscore.core.OkHttpTransport
import io.skinscore.core.SkinScoreClient
import io.skinscore.core.Trouble
import io.skinscore.core.Trust
import java.io.IOException

/** The client with Android and ExecuTorch around it. Its assets: `bundle/`, `trusted_keys.json` and `server.txt`. */
object OnThisPhone {
    /** The version of `org.pytorch:executorch-android` that the Gradle file names. */
    const val RUNTIME = "1.4.0"

    /**
     * A client whose history is in the app's database, whose login is sealed by the key store, and whose models lie where
     * no backup goes. One in a process; it copies files, so not on the main thread. Throws [Trouble].
     */
    fun client(context: Context): SkinScoreClient {
        val home = context.noBackupFilesDir.resolve("skinscore")
        val trust = Trust.of(asset(context, "trusted_keys.json"), RUNTIME)
        return SkinScoreClient(
            shipped = ShippedBundle(context.assets, home.resolve("shipped"), trust).folder(),
            home = home,
            transport = OkHttpTransport(asset(context, "server.txt").decodeToString().trim()),
            trust = trust,
            engine = ExecuTorchEngine(),
            storage = SQLiteStorage(context),
            secrets = SealedSecrets(home.resolve("login")),
        )
    }

    private fun asset(context: Context, name: String): ByteArray =
        try {
            context.assets.open(name).use { it.readBytes() }
        } catch (fault: IOException) {
            throw Trouble("missing", "the app carries no $name: put one into its assets, as the README says", fault)
        }
}
