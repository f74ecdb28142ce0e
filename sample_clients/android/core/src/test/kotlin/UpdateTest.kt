package io.skinscore.core

import java.io.File
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource
import org.junit.jupiter.params.provider.ValueSource

/** A whole update over an origin that lies and runs out, and which bundle is used afterwards. */
class UpdateTest {
    @TempDir lateinit var folder: File
    private val shelf = Shelf()
    private val three = SmallBundle(3)
    private val four = SmallBundle(4)
    private val five = SmallBundle(5)
    private val engine = MadeEngine { madeOutputs() }

    @BeforeTest
    fun `bundle 3 came with the app, and 4 is offered`() {
        three.writeTo(folder.resolve("shipped"))
        listOf(three, four, five).forEach(shelf::put)
        shelf.name(four, 1)
    }

    /** As after a restart. */
    private fun models(): Models {
        val home = folder.resolve("home")
        return Models(folder.resolve("shipped"), home, Store(FileStorage(home)), SmallKey.TRUST)
    }

    private fun update(engine: Engine = this.engine) = Update(models(), shelf, engine, impatient).run()

    private val inUse: Int get() = models().open().offer.sequence

    private fun file(bundle: SmallBundle, name: String = "model.pte") = folder.resolve("home/models/${bundle.sha256}/$name")

    @Test
    fun `a newer model is taken, and is in use after a restart`() {
        assertEquals(UpdateOutcome.Taken("0.0.4"), update())
        assertEquals(4, inUse)
        assertEquals(UpdateOutcome.Current, update())
        assertEquals(0, engine.open)
    }

    @Test
    fun `every update keeps the one before and no more`() {
        update()
        shelf.name(five, 2)
        update()
        val six = SmallBundle(6).also(shelf::put)
        shelf.name(six, 3)
        update()
        assertEquals(setOf(five.sha256, six.sha256), folder.resolve("home/models").list()!!.toSet())
    }

    @Test
    fun `a model that is damaged later gives way to the previous, then to the shipped, and the server mends it`() {
        update()
        shelf.name(five, 2)
        update()
        file(five).writeText("damaged")
        assertEquals(4, inUse)
        file(four).delete()
        assertEquals(3, inUse)
        assertEquals(UpdateOutcome.Taken("0.0.5"), update())
        assertEquals(5, inUse)
    }

    @Test
    fun `an app that ships a newer model uses it`() {
        update()
        SmallBundle(6).writeTo(folder.resolve("shipped"))
        assertEquals(6, inUse)
    }

    @Test
    fun `an app whose own bundle is damaged still uses the installed one`() {
        update()
        folder.resolve("shipped/model.pte").writeText("damaged")
        assertEquals(4, inUse)
    }

    @ParameterizedTest
    @MethodSource("refusals")
    fun `what must not be followed is refused and the model in use stays`(code: String, terms: Map<String, Any>) {
        update()
        shelf.name(five, 7, SmallKey.KNOWN, *terms.toList().toTypedArray())
        assertEquals(if (terms.isEmpty()) null else code, runCatching { update() }.exceptionOrNull()?.let { (it as Trouble).code })
        assertEquals(4, inUse)
    }

    @Test
    fun `a channel by a stranger leaves no trace`() {
        shelf.name(four, 9, SmallKey.STRANGER)
        assertEquals("unknown-key", troubleOf { update() })
        assertEquals(0, models().seen)
    }

    @ParameterizedTest
    @ValueSource(strings = ["channel", "channel/signature", "bundle", "bundle/signature"])
    fun `whatever is changed on its way is refused`(which: String) {
        shelf.spoil(which.replace("bundle", four.sha256)) { it.copyOf().apply { this[size / 2] = (this[size / 2] + 1).toByte() } }
        val expected = mapOf("channel" to "changed", "bundle" to "other-bundle")[which]
        val code = troubleOf { update() }
        assertEquals(true, if (expected == null) code in setOf("changed", "unknown-key") else code == expected, code)
        assertEquals(3, inUse)
    }

    @Test
    fun `a channel that is renewed between document and signature is read again`() {
        val renewed = object : Origin by shelf {
            var first = true

            override fun fetch(path: String): ByteArray {
                val answer = shelf.fetch(path)
                if (first) shelf.name(four, 2).also { first = false }
                return answer
            }
        }
        assertEquals(UpdateOutcome.Taken("0.0.4"), Update(models(), renewed, engine, impatient).run())
    }

    @ParameterizedTest
    @MethodSource("unusable")
    fun `a bundle that this client cannot use is refused before its files are fetched`(code: String, file: Map<String, Any>) {
        val wrong = SmallBundle(6, file = file).also(shelf::put)
        shelf.name(wrong, 2)
        assertEquals(code, troubleOf { update() })
        assertEquals(emptyList(), shelf.ranges)
        assertEquals(3, inUse)
    }

    @Test
    fun `a bundle that the server lacks is told so`() {
        shelf.name(SmallBundle(6), 2)
        assertEquals("not-held", troubleOf { update() })
    }

    @Test
    fun `an older channel is not followed after a restart`() {
        shelf.name(four, 5, SmallKey.KNOWN, "rollout_pct" to 0)
        assertEquals(UpdateOutcome.Later, update())
        shelf.name(four, 4)
        assertEquals("older-channel", troubleOf { update() })
    }

    @Test
    fun `a rollback is followed when the channel says so, and needs no download`() {
        update()
        shelf.name(five, 2)
        update()
        val before = shelf.sent
        shelf.name(four, 3, SmallKey.KNOWN, "rollback" to true, "revoked" to listOf(five.sha256))
        assertEquals(UpdateOutcome.Taken("0.0.4"), update())
        assertEquals(before, shelf.sent)
        shelf.name(five, 4)
        assertEquals("withdrawn", troubleOf { update() })
    }

    @Test
    fun `a withdrawn model is not used even when its successor cannot be fetched`() {
        update()
        shelf.name(SmallBundle(6), 2, SmallKey.KNOWN, "revoked" to listOf(four.sha256))
        assertEquals("not-held", troubleOf { update() })
        assertEquals(3, inUse)
    }

    @Test
    fun `an install keeps its id over restarts`() {
        val first = models().installId
        assertEquals(listOf(first, 32), listOf(models().installId, first.length))
    }

    @Test
    fun `a model that does not load or run here is not used`() {
        val photo = mapOf("png" to "", "input_sha256" to "", "outputs" to emptyMap<String, Any>())
        val wrong = SmallBundle(6, json("size" to 224, "photos" to listOf(photo))).also(shelf::put)
        shelf.name(wrong, 2)
        assertEquals("does-not-run", troubleOf { update() })
        val unlinked = object : Engine by engine {
            override fun load(bundle: ModelBundle): Scorer = throw UnsatisfiedLinkError("no executorch")
        }
        assertEquals("does-not-run", troubleOf { update(unlinked) })
        assertEquals(listOf(3, 0), listOf(inUse, engine.open))
    }

    @Test
    fun `a stop between the files and the switch leaves the old model`() {
        val home = folder.resolve("home")
        val store = Store(FileStorage(home))
        val stopping = object : Settings by store {
            override fun set(values: Map<String, String?>) = if ("model" in values) throw Trouble("stop", "") else store.set(values)
        }
        val models = Models(folder.resolve("shipped"), home, stopping, SmallKey.TRUST)
        assertEquals("stop", troubleOf { Update(models, shelf, engine, impatient).run() })
        assertEquals(3, inUse)
        val before = shelf.sent
        assertEquals(UpdateOutcome.Taken("0.0.4"), update())
        assertEquals(before, shelf.sent)
    }

    companion object {
        @JvmStatic
        fun refusals(): List<Array<Any>> = listOf(
            arrayOf("older-channel", mapOf("sequence" to 0)),
            arrayOf("expired", mapOf("expires_at" to "2020-01-01T00:00:00Z")),
            arrayOf("other-channel", mapOf("channel" to "beta")),
            arrayOf("app-too-old", mapOf("min_app" to "9.0.0")),
            arrayOf("other-form", mapOf("schema" to 2)),
            arrayOf("withdrawn", mapOf("revoked" to listOf(SmallBundle(5).sha256))),
            arrayOf("not-newer", mapOf("bundle_sha256" to SmallBundle(3).sha256)),
        )

        @JvmStatic
        fun unusable(): List<Array<Any>> = listOf(
            arrayOf("runtime-too-old", mapOf("min_runtime" to "99.0.0")),
            arrayOf("runtime-too-old", mapOf("min_runtime" to "later")),
            arrayOf("no-file", mapOf("backend" to "vulkan")),
            arrayOf("outside", mapOf("parts" to listOf(mapOf("path" to "../x.pte", "bytes" to 1, "sha256" to "0")))),
            arrayOf("outside", mapOf("parts" to listOf(mapOf("path" to "/x.pte", "bytes" to 1, "sha256" to "0")))),
            arrayOf("other-form", mapOf("parts" to emptyList<Any>())),
            arrayOf("other-form", mapOf("parts" to listOf(mapOf("path" to "x.pte", "bytes" to "1", "sha256" to "0")))),
        )
    }
}
