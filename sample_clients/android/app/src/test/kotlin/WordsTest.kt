package io.skinscore.app

import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.Test

/** The words of the screens. */
class WordsTest {
    private val sources =
        File("src/main/kotlin").listFiles().orEmpty().filter {
            it.name !in setOf("English.kt", "Korean.kt")
        }
    private val text = sources.joinToString("\n") { it.readText() }

    @Test
    fun `both languages say the same things with the same values`() {
        assertEquals(ENGLISH.keys, KOREAN.keys)
        assertTrue(ENGLISH.size > 100)
        assertEquals(
            emptyList(),
            ENGLISH.keys.filter { values(ENGLISH.getValue(it)) != values(KOREAN.getValue(it)) },
        )
    }

    @Test
    fun `every word that a screen asks for is there, and no other`() {
        val asked =
            Regex(
                    "\"((?:nav|status|action|part|guide|grade|result|advice|history|entry|trend|account)\\.[\\w.-]+)\""
                )
                .findAll(text)
        val made =
            listOf("part", "guide").flatMap { name -> (0..3).map { "$name.$it" } } +
                listOf("better", "worse", "neutral").map { "result.direction.$it" } +
                io.skinscore.core.Advice.entries.map { "advice.${it.code}" } +
                io.skinscore.core.Trend.BucketSize.entries.map { "trend.${it.name.lowercase()}" } +
                io.skinscore.core.SignIn.entries.map { "account.${it.name.lowercase()}" }
        val free = ENGLISH.keys.filter { it.startsWith("error.") || it.startsWith("word.") }
        assertEquals(
            emptySet(),
            ENGLISH.keys - asked.map { it.groupValues[1] }.toSet() - made.toSet() - free.toSet(),
        )
        assertEquals(emptySet(), asked.map { it.groupValues[1] }.toSet() + made - ENGLISH.keys)
    }

    @Test
    fun `every trouble of the client has words`() {
        val core = File("../core/src/main/kotlin").listFiles().orEmpty().map { it.readText() }
        val codes =
            Regex("Trouble\\(\\s*\"([a-z0-9-]+)\"")
                .findAll((core + text).joinToString("\n"))
                .map { it.groupValues[1] }
                .toSet()
        assertTrue(codes.size > 25)
        assertEquals(emptySet(), codes - ENGLISH.keys.map { it.removePrefix("error.") }.toSet())
    }

    private fun values(words: String) = Regex("\\{\\w+}").findAll(words).map { it.value }.toSet()
}
