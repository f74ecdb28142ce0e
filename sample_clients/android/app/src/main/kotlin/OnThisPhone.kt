package io.skinscore.app

import android.content.Context
import io.skinscore.core.OkHttpTransport
import io.skinscore.core.SkinScoreClient
import io.skinscore.core.Trust

/**
 * The client with Android and ExecuTorch around it. Its assets: `bundle/`, `trusted_keys.json` and
 * `server.txt`.
 */
object OnThisPhone {
    /** The version of `org.pytorch:executorch-android` that the Gradle file names. */
    const val RUNTIME = "1.4.0"

    /**
     * A client whose history is in the app's database, whose login is sealed by the key store, and
     * whose models lie where no backup goes. One in a process; it copies files, so not on the main
     * thread. Throws [io.skinscore.core.Trouble].
     */
    fun client(context: Context): SkinScoreClient {
        val home = context.noBackupFilesDir.resolve("skinscore")
        val assets = Assets.of(context.assets)
        val trust = Trust.of(assets.read("trusted_keys.json"), RUNTIME)
        return SkinScoreClient(
            shipped = ShippedBundle(assets, home.resolve("shipped"), trust).folder(),
            home = home,
            transport = OkHttpTransport(assets.read("server.txt").decodeToString().trim()),
            trust = trust,
            engine = ExecuTorchEngine(),
            storage = SQLiteStorage(context),
            secrets = SealedSecrets(home.resolve("login")),
        )
    }
}
