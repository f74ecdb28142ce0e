package io.skinscore.app

import android.content.ContentProvider
import android.content.ContentValues
import android.database.Cursor
import android.net.Uri

/** A content provider whose files are opened, and nothing else. */
abstract class OneFile(private val type: String) : ContentProvider() {
    override fun onCreate() = true

    override fun getType(uri: Uri) = type

    override fun query(
        uri: Uri,
        columns: Array<String>?,
        where: String?,
        values: Array<String>?,
        order: String?,
    ): Cursor? = null

    override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    override fun delete(uri: Uri, where: String?, values: Array<String>?) = 0

    override fun update(
        uri: Uri,
        values: ContentValues?,
        where: String?,
        arguments: Array<String>?,
    ) = 0
}
