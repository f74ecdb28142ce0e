package io.skinscore.core

import java.io.File

/** An app in [folder] that came with bundle 3 and sees a shelf that offers 4; each call is as after a restart. */
class Install(private val folder: File) {
    val shelf = Shelf()
    val engine = MadeEngine { madeOutputs() }
    val four = SmallBundle(4)
    val five = SmallBundle(5)
    val shipped: File = folder.resolve("shipped")
    private val home = folder.resolve("home")

    init {
        SmallBundle(3).also(shelf::put).writeTo(shipped)
        listOf(four, five).forEach(shelf::put)
        shelf.name(four, 1)
    }

    fun store() = Store(FileStorage(home))

    internal fun models(settings: Settings = store()) = Models(shipped, home, settings, SmallKey.TRUST)

    internal fun update(origin: Origin = shelf, engine: Engine = this.engine, models: Models = models()) =
        Update(models, origin, engine, impatient).run()

    /** Sequence of the bundle in use. */
    val inUse: Int get() = models().open().offer.sequence

    /** Names of the bundles that were downloaded. */
    val held: Set<String> get() = home.resolve("models").list().orEmpty().toSet()

    fun program(bundle: SmallBundle): File = home.resolve("models/${bundle.sha256}/model.pte")
}
