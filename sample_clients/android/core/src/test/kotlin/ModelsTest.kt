package io.skinscore.core

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import org.junit.jupiter.api.io.TempDir

/** Which bundle is used after updates, damage and withdrawals. */
class ModelsTest {
    @TempDir lateinit var folder: File
    private val install by lazy { Install(folder) }

    private fun updateToFive() {
        install.update()
        install.shelf.name(install.five, 2)
        install.update()
    }

    @Test
    fun `every update keeps the one before and no more`() {
        updateToFive()
        val six = SmallBundle(6).also(install.shelf::put)
        install.shelf.name(six, 3)
        install.update()
        assertEquals(setOf(install.five.sha256, six.sha256), install.held)
    }

    @Test
    fun `a withdrawn model is not kept as the previous one, the one before it is`() {
        updateToFive()
        val six = SmallBundle(6).also(install.shelf::put)
        install.shelf.name(six, 3, SmallKey.KNOWN, "revoked" to listOf(install.five.sha256))
        install.update()
        assertEquals(setOf(install.four.sha256, six.sha256), install.held)
    }

    @Test
    fun `a model that is damaged later gives way to the previous, then to the shipped, and the server mends it`() {
        updateToFive()
        install.program(install.five).writeText("damaged")
        assertEquals(4, install.inUse)
        install.program(install.four).delete()
        assertEquals(3, install.inUse)
        assertEquals(UpdateOutcome.Taken("0.0.5"), install.update())
        assertEquals(5, install.inUse)
    }

    @Test
    fun `an app that ships a newer model uses it`() {
        install.update()
        SmallBundle(6).writeTo(install.shipped)
        assertEquals(6, install.inUse)
    }

    @Test
    fun `an app whose own bundle is damaged still uses the installed one`() {
        install.update()
        install.shipped.resolve("model.pte").writeText("damaged")
        assertEquals(4, install.inUse)
    }

    @Test
    fun `an app without any bundle that works says so, and takes the one that is offered`() {
        install.shipped.resolve("model.pte").delete()
        assertEquals("damaged", troubleOf { install.inUse })
        install.shelf.name(install.four, 1, SmallKey.KNOWN, "rollout_pct" to 0)
        assertEquals(UpdateOutcome.Taken("0.0.4"), install.update())
    }

    @Test
    fun `a withdrawn model is not used even when its successor cannot be fetched`() {
        install.update()
        install.shelf.name(SmallBundle(6), 2, SmallKey.KNOWN, "revoked" to listOf(install.four.sha256))
        assertEquals("not-held", troubleOf { install.update() })
        assertEquals(3, install.inUse)
    }

    @Test
    fun `a rollback is followed when the channel says so, and needs no download`() {
        updateToFive()
        val before = install.shelf.sent
        val back = arrayOf("rollback" to true, "revoked" to listOf(install.five.sha256))
        install.shelf.name(install.four, 3, SmallKey.KNOWN, *back)
        assertEquals(UpdateOutcome.Taken("0.0.4"), install.update())
        assertEquals(before, install.shelf.sent)
        install.shelf.name(install.five, 4)
        assertEquals("withdrawn", troubleOf { install.update() })
    }

    @Test
    fun `a stop between the files and the switch leaves the old model, and nothing is fetched again`() {
        val store = install.store()
        val stopping = object : Settings by store {
            override fun set(values: Map<String, String?>) {
                if ("model" in values) throw Trouble("stop", "")
                store.set(values)
            }
        }
        assertEquals("stop", troubleOf { install.update(models = install.models(stopping)) })
        assertEquals(3, install.inUse)
        val before = install.shelf.sent
        assertEquals(UpdateOutcome.Taken("0.0.4"), install.update())
        assertEquals(before, install.shelf.sent)
    }

    @Test
    fun `an install keeps its id over restarts`() {
        val first = install.models().installId
        assertEquals(listOf(first, 32), listOf(install.models().installId, first.length))
    }
}
