package io.skinscore.core

import java.io.File
import kotlin.test.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource
import org.junit.jupiter.params.provider.ValueSource

/** Whole updates over an origin that lies and runs out: what is taken, and what is refused. */
class UpdateTest {
    @TempDir lateinit var folder: File
    private val install by lazy { Install(folder) }
    private val shelf get() = install.shelf

    @Test
    fun `a newer model is taken, is in use after a restart, and is let go of after its test`() {
        assertEquals(UpdateOutcome.Taken("0.0.4"), install.update())
        assertEquals(4, install.inUse)
        assertEquals(UpdateOutcome.Current, install.update())
        assertEquals(0, install.engine.open)
    }

    @ParameterizedTest
    @MethodSource("refusals")
    fun `what must not be followed is refused and the model in use stays`(code: String, terms: Map<String, Any>) {
        install.update()
        shelf.name(install.five, 7, SmallKey.KNOWN, *terms.toList().toTypedArray())
        assertEquals(code, troubleOf { install.update() })
        assertEquals(4, install.inUse)
    }

    @Test
    fun `a channel by a stranger leaves no trace`() {
        shelf.name(install.four, 9, SmallKey.STRANGER)
        assertEquals("unknown-key", troubleOf { install.update() })
        assertEquals(0, install.models().seen)
    }

    @ParameterizedTest
    @ValueSource(strings = ["channel", "channel/signature", "bundle", "bundle/signature"])
    fun `whatever is changed on its way is refused`(which: String) {
        shelf.spoil(which.replace("bundle", install.four.sha256)) { it.copyOf().apply { this[size / 2]++ } }
        val allowed = mapOf("channel" to setOf("changed"), "bundle" to setOf("other-bundle"))
        assertContains(allowed[which] ?: setOf("changed", "unknown-key"), troubleOf { install.update() })
        assertEquals(3, install.inUse)
    }

    @Test
    fun `a channel that is renewed between document and signature is read again`() {
        val renewed = object : Origin by shelf {
            var first = true

            override fun fetch(path: String): ByteArray {
                val answer = shelf.fetch(path)
                if (first) shelf.name(install.four, 2).also { first = false }
                return answer
            }
        }
        assertEquals(UpdateOutcome.Taken("0.0.4"), install.update(renewed))
    }

    @ParameterizedTest
    @MethodSource("unusable")
    fun `a bundle that cannot be used is refused before its files are fetched`(code: String, file: Map<String, Any>) {
        val wrong = SmallBundle(6, file = file).also(shelf::put)
        shelf.name(wrong, 2)
        assertEquals(code, troubleOf { install.update() })
        assertEquals(emptyList(), shelf.ranges)
        assertEquals(3, install.inUse)
    }

    @Test
    fun `an older channel is not followed after a restart`() {
        shelf.name(install.four, 5, SmallKey.KNOWN, "rollout_pct" to 0)
        assertEquals(UpdateOutcome.Later, install.update())
        shelf.name(install.four, 4)
        assertEquals("older-channel", troubleOf { install.update() })
    }

    @Test
    fun `a model that does not load or run here is not used`() {
        val photo = mapOf("png" to "", "input_sha256" to "", "outputs" to emptyMap<String, Any>())
        val wrong = SmallBundle(6, json("size" to 224, "photos" to listOf(photo))).also(shelf::put)
        shelf.name(wrong, 2)
        assertEquals("does-not-run", troubleOf { install.update() })
        val unlinked = object : Engine by install.engine {
            override fun load(bundle: ModelBundle): Scorer = throw UnsatisfiedLinkError("no executorch")
        }
        assertEquals("does-not-run", troubleOf { install.update(engine = unlinked) })
        assertEquals(listOf(3, 0), listOf(install.inUse, install.engine.open))
    }

    companion object {
        private const val HUGE = 1L shl 60 // bytes

        @JvmStatic
        fun refusals(): List<Array<Any>> = listOf(
            arrayOf("older-channel", mapOf("sequence" to 0)),
            arrayOf("expired", mapOf("expires_at" to "2020-01-01T00:00:00Z")),
            arrayOf("other-channel", mapOf("channel" to "beta")),
            arrayOf("app-too-old", mapOf("min_app" to "9.0.0")),
            arrayOf("other-form", mapOf("schema" to 2)),
            arrayOf("withdrawn", mapOf("revoked" to listOf(SmallBundle(5).sha256))),
            arrayOf("not-newer", mapOf("bundle_sha256" to SmallBundle(3).sha256)),
            arrayOf("not-held", mapOf("bundle_sha256" to SmallBundle(6).sha256)),
        )

        @JvmStatic
        fun unusable(): List<Array<Any>> = listOf(
            arrayOf("runtime-too-old", mapOf("min_runtime" to "99.0.0")),
            arrayOf("runtime-too-old", mapOf("min_runtime" to "later")),
            arrayOf("no-file", mapOf("backend" to "vulkan")),
            arrayOf("outside", mapOf("parts" to listOf(mapOf("path" to "../x.pte", "bytes" to 1, "sha256" to "0")))),
            arrayOf("outside", mapOf("parts" to listOf(mapOf("path" to "/x.pte", "bytes" to 1, "sha256" to "0")))),
            arrayOf("no-room", mapOf("parts" to listOf(mapOf("path" to "x.pte", "bytes" to HUGE, "sha256" to "0")))),
            arrayOf("other-form", mapOf("parts" to emptyList<Any>())),
            arrayOf("other-form", mapOf("parts" to listOf(mapOf("path" to "x.pte", "bytes" to "1", "sha256" to "0")))),
        )
    }
}
