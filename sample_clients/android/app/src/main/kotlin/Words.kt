package io.skinscore.app

import android.content.res.Configuration
import io.skinscore.core.BundleDescription
import io.skinscore.core.Trouble
import java.time.DateTimeException
import java.time.LocalDateTime
import java.time.format.DateTimeFormatter
import java.time.format.FormatStyle
import java.util.Locale

/** The words of the screens in one language. */
class Words
private constructor(private val table: Map<String, String>, private val locale: Locale) {
    /** The words for a key; [values] take the places of their names. */
    fun of(key: String, vararg values: Pair<String, Any>): String =
        values.fold(table.getValue(key)) { text, (name, value) ->
            text.replace("{$name}", value.toString())
        }

    /** What to show for a fault: its own words where the table has some, else its sentence. */
    fun of(fault: Throwable): String {
        if (fault !is Trouble) return of("error.unexpected")
        return table["error.${fault.code}"] ?: fault.message
    }

    fun name(attribute: BundleDescription.Attribute): String =
        if (locale.language == "ko") attribute.ko else attribute.en

    fun part(part: Int?): String = table["part.$part"] ?: ""

    /** `matte → very shiny`; empty for an attribute that came after this app. */
    fun scale(attribute: String): String {
        val (low, high) = table["word.$attribute.0"] to table["word.$attribute.4"]
        return if (low == null || high == null) "" else "$low → $high"
    }

    /** A record's moment as the clock on the wall showed it. */
    fun moment(capturedAt: String): String =
        try {
            val format =
                DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT)
            LocalDateTime.parse(capturedAt, DateTimeFormatter.ISO_OFFSET_DATE_TIME)
                .format(format.withLocale(locale))
        } catch (_: DateTimeException) {
            capturedAt
        }

    companion object {
        /**
         * In the language that the person set for this app, or for the phone; English where there
         * are no words.
         */
        fun of(configuration: Configuration): Words {
            val locale = configuration.locales[0]
            return if (locale.language == "ko") Words(KOREAN, locale) else Words(ENGLISH, locale)
        }
    }
}
