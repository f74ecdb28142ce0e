package io.skinscore.app

import android.content.ContentValues
import android.content.Context
import android.database.Cursor
import android.database.SQLException
import android.database.sqlite.SQLiteDatabase
import android.database.sqlite.SQLiteDatabaseCorruptException
import android.database.sqlite.SQLiteFullException
import android.database.sqlite.SQLiteOpenHelper
import io.skinscore.core.Change
import io.skinscore.core.Entry
import io.skinscore.core.History
import io.skinscore.core.Record
import io.skinscore.core.Storage
import io.skinscore.core.Trouble
import io.skinscore.core.canonical
import io.skinscore.core.parseJson
import java.io.Closeable

/**
 * The history in a SQLite database of the app: a change is one transaction, flushed before it
 * counts as done.
 */
class SQLiteStorage(context: Context, name: String = "skinscore.db") : Storage, Closeable {
    private val helper = Database(context, name)

    override fun read(): History = named {
        val database = helper.writableDatabase
        History(rows(database, "entries", ::entry), rows(database, "settings") { it.getString(1) })
    }

    override fun write(change: Change) = named {
        val database = helper.writableDatabase
        database.beginTransaction()
        try {
            if (change.erase) database.delete("entries", null, null)
            change.entries.forEach { (id, entry) ->
                database.replaceOrThrow("entries", null, row(id, entry))
            }
            change.settings.forEach { (name, value) -> set(database, name, value) }
            database.setTransactionSuccessful()
        } finally {
            database.endTransaction()
        }
        if (change.erase) emptyLog(database)
    }

    override fun close() = helper.close()

    private fun set(database: SQLiteDatabase, name: String, value: String?) {
        if (value == null) {
            database.delete("settings", "name = ?", arrayOf(name))
        } else {
            database.replaceOrThrow(
                "settings",
                null,
                ContentValues().apply {
                    put("name", name)
                    put("value", value)
                },
            )
        }
    }

    /** What was erased stands no longer in the log either. */
    private fun emptyLog(database: SQLiteDatabase) =
        database.rawQuery("PRAGMA wal_checkpoint(TRUNCATE)", null).use { it.moveToFirst() }

    private fun row(id: String, entry: Entry) =
        ContentValues().apply {
            put("id", id)
            put("body", entry.body?.value?.canonical()?.decodeToString())
            put("seq", entry.seq)
            put("waits", entry.waits)
            put("refusal", entry.refusal?.canonical()?.decodeToString())
        }

    private fun entry(row: Cursor): Entry =
        Entry(
            row.getString(1)?.let {
                Record.of(parseJson(it.encodeToByteArray())) ?: throw damaged()
            },
            if (row.isNull(2)) null else row.getLong(2),
            row.getInt(3) != 0,
            row.getString(4)?.let { parseJson(it.encodeToByteArray()) ?: throw damaged() },
        )

    private fun <T> rows(
        database: SQLiteDatabase,
        table: String,
        value: (Cursor) -> T,
    ): Map<String, T> =
        database.query(table, null, null, null, null, null, null).use { found ->
            buildMap { while (found.moveToNext()) put(found.getString(0), value(found)) }
        }

    private fun <T> named(work: () -> T): T =
        try {
            work()
        } catch (_: SQLiteFullException) {
            throw Trouble(
                "no-room",
                "no room is left on the disk: make room; try again, what was saved before is safe",
            )
        } catch (fault: SQLiteDatabaseCorruptException) {
            throw damaged(fault)
        } catch (fault: SQLException) {
            throw Trouble(
                "storage",
                "${fault.message}; try again, what was saved before is safe",
                fault,
            )
        }

    private fun damaged(cause: Throwable? = null) =
        Trouble(
            "history-damaged",
            "the history cannot be read: restore it from a backup; nothing was changed",
            cause,
        )
}

/** A damaged file is left as it is: Android's own handler would delete it. */
private class Database(context: Context, name: String) :
    SQLiteOpenHelper(context, name, null, SCHEMA, {}) {
    init {
        setWriteAheadLoggingEnabled(true)
    }

    override fun onCreate(database: SQLiteDatabase) {
        database.execSQL(
            "CREATE TABLE entries (id TEXT PRIMARY KEY, body TEXT, seq INTEGER, waits INTEGER NOT NULL, refusal TEXT)"
        )
        database.execSQL("CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    }

    override fun onUpgrade(database: SQLiteDatabase, from: Int, to: Int) =
        Unit // there is one schema so far

    override fun onOpen(database: SQLiteDatabase) = database.execSQL("PRAGMA synchronous = FULL")

    private companion object {
        const val SCHEMA = 1
    }
}
