package io.skinscore.core

import java.io.File
import kotlin.test.BeforeTest
import kotlin.test.Test
import kotlin.test.assertEquals
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/** What a bundle must prove on a device, held to golden.json. */
class SelfTestTest {
    @TempDir lateinit var folder: File
    private val golden = Golden.read(GoldenFiles.reference.resolve("golden.json").readBytes())

    @BeforeTest
    fun `a bundle stands in for the committed one`() = SmallBundle(4).writeTo(folder)

    /** Tests a model that answers what is written for each photo after [change]; how many photos there were. */
    private fun tested(precision: String = "int8", change: (Golden.Answers) -> Golden.Answers = { it }): Int {
        val wanted = golden.photos.associate { it.inputSha256 to written(change(it.answers.getValue("int8"))) }
        val engine = MadeEngine { wanted.getValue(sha256Hex(it)) }
        return SelfTest(golden, precision).check(Grader(ModelBundle.open(folder, SmallKey.TRUST), engine))
    }

    @Test
    fun `every golden answer is taken`() = assertEquals(12, tested())

    @ParameterizedTest
    @MethodSource("changes")
    fun `every wrong answer is noticed`(fault: String, change: (Golden.Answers) -> Golden.Answers) {
        val refused = runCatching { tested(change = change) }.exceptionOrNull() as Trouble
        assertEquals("wrong-answers", refused.code)
        assertEquals(true, "(photo 0: $fault)" in refused.message, refused.message)
    }

    @Test
    fun `answers for no such precision are wrong`() = assertEquals("wrong-answers", troubleOf { tested("w3") })

    @Test
    fun `a model without a golden photo is not proven`() {
        val empty = Golden.read("{\"size\": 224, \"photos\": []}".encodeToByteArray())
        val grader = Grader(ModelBundle.open(folder, SmallKey.TRUST), MadeEngine { madeOutputs() })
        assertEquals("wrong-answers", troubleOf { SelfTest(empty, "int8").check(grader) })
    }

    @Test
    fun `a photo that comes out as other bytes is noticed`() {
        val engine = object : Engine by MadeEngine({ madeOutputs() }) {
            override fun decode(photo: ByteArray) = Pixels(224, 224, 3, ByteArray(224 * 224 * 3))
        }
        val grader = Grader(ModelBundle.open(folder, SmallKey.TRUST), engine)
        val refused = runCatching { SelfTest(golden, "int8").check(grader) }.exceptionOrNull() as Trouble
        assertEquals(true, "other input bytes" in refused.message, refused.message)
    }

    @Test
    fun `a model that fails is one that does not run`() {
        val engine = MadeEngine { throw IllegalStateException("backend") }
        val grader = Grader(ModelBundle.open(folder, SmallKey.TRUST), engine)
        assertEquals("does-not-run", troubleOf { SelfTest(golden, "int8").check(grader) })
    }

    @Test
    fun `golden photos of another form are refused`() {
        for (document in listOf("{", "[]", "{\"size\": 224, \"photos\": [{\"png\": 5}]}")) {
            assertEquals("other-form", troubleOf { Golden.read(document.encodeToByteArray()) })
        }
    }

    companion object {
        @JvmStatic
        fun changes(): List<Array<Any>> = listOf(
            change("other grades") { it.changed(grades = it.grades.map { grade -> 4 - grade }) },
            change("other balanced grades") { it.changed(balanced = it.balanced.map { grade -> 4 - grade }) },
            change("other expected grades") { it.changed(expected = it.expected.map { grade -> grade + 0.26 }) },
            change("heat elsewhere") { it.changed(heat = it.heat.map { listOf(0.1, 0.1) }) },
            change("heat elsewhere") { it.changed(heat = it.heat.map { null }) },
            change("other quality figures") { it.changed(quality = it.quality.map { figure -> figure * 1.02 + 1e-5 }) },
        )

        private fun change(fault: String, change: (Golden.Answers) -> Golden.Answers) = arrayOf<Any>(fault, change)
    }
}

private fun Golden.Answers.changed(
    grades: List<Int> = this.grades,
    balanced: List<Int> = this.balanced,
    expected: List<Double> = this.expected,
    quality: List<Double> = this.quality,
    heat: List<List<Double>?> = this.heat,
) = Golden.Answers(grades, balanced, expected, quality, heat)

/** Outputs that say these answers. */
private fun written(answers: Golden.Answers) = Outputs(
    answers.grades.flatMap(::sharp).toFloatArray(),
    answers.balanced.flatMap(::sharp).toFloatArray(),
    answers.expected.map { it.toFloat() }.toFloatArray(),
    answers.heat.flatMap(::map).toFloatArray(),
    answers.quality.map { it.toFloat() }.toFloatArray(),
)

private fun sharp(grade: Int) = List(5) { if (it == grade) 1f else 0f }

/** A 7 x 7 map whose positive part has this centre: bilinear weights of the four places around it. */
private fun map(centre: List<Double>?): List<Float> {
    val map = MutableList(49) { -1f }
    if (centre == null) return map
    for ((row, down) in weights(centre[0])) {
        for ((column, right) in weights(centre[1])) map[row * 7 + column] = (down * right).toFloat()
    }
    return map
}

private fun weights(place: Double): List<Pair<Int, Double>> {
    val exact = place * 7 - 0.5
    val low = exact.toInt().coerceIn(0, 5)
    return listOf(low to 1 - (exact - low), low + 1 to exact - low)
}
