package io.skinscore.app

import io.skinscore.core.ModelBundle
import io.skinscore.core.Trouble
import java.io.File
import java.nio.file.Files
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertNull
import org.junit.Test

/** The login in its file, and the bundle that came with the app. */
class PartsTest {
    private val home: File = Files.createTempDirectory("parts").toFile()
    private val login = home.resolve("login")

    @Test
    fun `a sealed login opens again, and not in its file`() {
        SealedSecrets(login, TestKey::get).write("the refresh token")
        assertEquals("the refresh token", SealedSecrets(login, TestKey::get).read())
        assertFalse("refresh" in login.readText(Charsets.ISO_8859_1))
    }

    @Test
    fun `on another phone there is no login`() {
        SealedSecrets(login, TestKey::get).write("the refresh token")
        val other = TestKey.fresh()
        assertNull(SealedSecrets(login) { other }.read())
    }

    @Test
    fun `a login that was taken away is gone`() {
        val secrets = SealedSecrets(login, TestKey::get)
        secrets.write("the refresh token")
        repeat(2) { secrets.write(null) }
        assertNull(secrets.read())
        assertFalse(login.exists())
    }

    @Test
    fun `a key store that does not answer is no lost login`() {
        SealedSecrets(login, TestKey::get).write("the refresh token")
        val locked = SealedSecrets(login) { throw java.security.ProviderException("locked") }
        assertEquals("storage", assertFailsWith<Trouble> { locked.read() }.code)
        assertEquals("the refresh token", SealedSecrets(login, TestKey::get).read())
    }

    @Test
    fun `the shipped bundle is copied once, whole, and again when the copy is damaged`() {
        val assets = CommittedAssets()
        val folder = ShippedBundle(assets, home, Committed.trust).folder()
        val bundle = ModelBundle.open(folder, Committed.trust)
        assertEquals(folder, ShippedBundle(assets, home, Committed.trust).folder())
        assertEquals(1, assets.copies)
        val whole = bundle.modelFile.readBytes()
        bundle.modelFile.writeBytes(whole.copyOf(1000))
        ShippedBundle(assets, home, Committed.trust).folder()
        assertContentEquals(whole, bundle.modelFile.readBytes())
    }

    @Test
    fun `the copy that an older app made goes`() {
        home.resolve("older").mkdirs()
        val folder = ShippedBundle(CommittedAssets(), home, Committed.trust).folder()
        assertEquals(listOf(folder), home.listFiles()?.toList())
    }

    @Test
    fun `an app without a bundle says so when it grades`() {
        val none =
            object : Assets {
                override fun names(folder: String) = emptyList<String>()

                override fun read(name: String): ByteArray =
                    throw Trouble("missing", "the app carries no $name")
            }
        val folder = ShippedBundle(none, home, Committed.trust).folder()
        assertEquals(
            "missing",
            assertFailsWith<Trouble> { ModelBundle.open(folder, Committed.trust) }.code,
        )
    }

    /** What the README puts into an app. */
    private class CommittedAssets : Assets {
        var copies = 0
        private val names =
            listOf("bundle.json", "bundle.sig", "golden.json", "skinscore_xnnpack_int8.pte")

        override fun names(folder: String): List<String> = names.also { copies++ }

        override fun read(name: String): ByteArray =
            Committed.bundle.resolve(name.removePrefix("bundle/")).readBytes()
    }
}
