package io.skinscore.core

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlinx.serialization.json.JsonObject
import org.junit.jupiter.api.io.TempDir

class ModelBundleTest {
    @TempDir lateinit var folder: File

    @Test
    fun `the committed bundle opens with the development key`() {
        val trust = Trust.of(GoldenFiles.trustedKeys.readBytes(), runtime = "1.4.0")
        val bundle = ModelBundle.open(GoldenFiles.reference, trust)
        val counts = with(bundle.description) { listOf(size, attributes.size, heatScales.size, coverage) }
        assertEquals(listOf(224, 5, 5, 90), counts)
        assertEquals("int8", bundle.precision)
        assertEquals(sha256Hex(bundle.modelFile), bundle.modelSha256)
        assertEquals(sha256Hex(GoldenFiles.reference.resolve("bundle.json")), bundle.sha256)
    }

    @Test
    fun `an unknown key opens nothing`() =
        assertEquals("unknown-key", troubleOf { ModelBundle.open(GoldenFiles.reference, SmallKey.TRUST) })

    @Test
    fun `a bundle with a file changed or missing is not opened`() {
        assertEquals("missing", troubleOf { ModelBundle.open(folder, SmallKey.TRUST) })
        SmallBundle(3).writeTo(folder)
        assertEquals(3, ModelBundle.open(folder, SmallKey.TRUST).offer.sequence)
        val program = folder.resolve("model.pte")
        program.writeBytes(program.readBytes().reversedArray())
        assertEquals("damaged", troubleOf { ModelBundle.open(folder, SmallKey.TRUST) })
        program.delete()
        assertEquals("damaged", troubleOf { ModelBundle.open(folder, SmallKey.TRUST) })
    }

    @Test
    fun `a model outside the bundle's folder is not run`() {
        val whole = SmallBundle(3).also { it.writeTo(folder) }
        val part = mapOf("path" to "../model.pte", "bytes" to whole.program.size, "sha256" to sha256Hex(whole.program))
        val inner = folder.resolve("inner").also { SmallBundle(3, file = mapOf("parts" to listOf(part))).writeTo(it) }
        assertEquals("damaged", troubleOf { ModelBundle.open(inner, SmallKey.TRUST) })
    }

    @Test
    fun `a description that grading could run past is of another form`() {
        val shape = json("shape" to listOf(1, 5, 4))
        val wrong = listOf(
            "attributes" to emptyList<Any>(),
            "decoding" to mapOf("coverage" to 1, "conformal_q" to listOf(1)),
            "outputs" to emptyList<Any>(),
            "outputs" to GoldenFiles.description["outputs"].items.reversed().map { JsonObject(it.fields + shape) },
            "quality_gate" to mapOf("luma" to listOf(1), "clipped" to 1, "sharpness" to 1),
            "input" to mapOf("size" to 0),
        )
        for (change in wrong) {
            SmallBundle(3, change = arrayOf(change)).writeTo(folder)
            assertEquals("other-form", troubleOf { ModelBundle.open(folder, SmallKey.TRUST) }, change.first)
        }
    }

    @Test
    fun `of several files the int8 one is run`() {
        val kind = mapOf("format" to "executorch", "backend" to "xnnpack", "min_runtime" to "1.4.0")
        fun part(path: String) = mapOf("path" to path, "bytes" to 1, "sha256" to "0")
        fun file(precision: String) = kind + mapOf("precision" to precision, "parts" to listOf(part(precision)))
        val files = listOf(file("fp32"), file("int8"), mapOf("format" to "onnx"))
        val named = mapOf("schema" to 1, "name" to "n", "version" to "1", "sequence" to 1)
        val offer = Offer.of(jsonOf(named + mapOf("golden" to part("golden"), "files" to files)))
        assertEquals(listOf("int8", "golden"), offer.needed().map { it.path })
    }

    @Test
    fun `versions compare number by number`() {
        fun version(text: String) = checkNotNull(Version.of(text))
        assertTrue(version("1.9.0") < version("1.10.0"))
        assertTrue(version("17") < version("17.0"))
        assertEquals(0, version("1.4.0").compareTo(version("1.4.0")))
        for (wrong in listOf("", "1.", "1.x", "-1", "iOS 17", "99999999999")) assertNull(Version.of(wrong), wrong)
    }
}
