// Which bundle this client runs: the one that came with the app, or a newer one under `home`/models.
//
// The choice is a setting of the local history, so switching happens whole or not at all. Folders are named by hash and
// found below `home`, whose own path changes with every update of an app. Whatever is missing or damaged, an older
// bundle takes over: the previous one, then the one that came with the app.
import Foundation

struct Models: Sendable {
    let shipped: URL
    let folder: URL
    let store: Store
    let trust: Trust

    init(shipped: URL, home: URL, store: Store, trust: Trust) {
        self.shipped = shipped
        self.folder = home.appendingPathComponent("models")
        self.store = store
        self.trust = trust
    }

    /// The bundle in use. Throws `Trouble` when not even the shipped one can be used.
    func open() async throws -> ModelBundle {
        guard let installed = await installed() else { return try ModelBundle.open(shipped, trust) }
        guard let own = try? ModelBundle.open(shipped, trust) else { return installed }
        let revoked = await self.revoked()
        let known = await store.setting("model_shipped") == own.sha256 || revoked.contains(own.sha256)
        return !known && own.offer.sequence > installed.offer.sequence ? own : installed
    }

    /// The downloaded bundle with this hash, if it is whole.
    func held(_ sha256: String) -> ModelBundle? {
        guard let bundle = try? ModelBundle.open(folder.appendingPathComponent(sha256), trust) else { return nil }
        return bundle.sha256 == sha256 ? bundle : nil
    }

    /// The highest channel sequence that was accepted.
    func seen() async -> Int {
        await store.setting("channel_sequence").flatMap { Int($0) } ?? 0
    }

    /// Bundles that an accepted channel withdrew.
    func revoked() async -> Set<String> {
        let written = await store.setting("models_revoked") ?? ""
        return Set(written.split(separator: " ").map { String($0) })
    }

    /// A random name of this install; it never leaves the device.
    func installId() async throws -> String {
        if let known = await store.setting("install_id") { return known }
        let made = Hashing.hex((0..<16).map { _ in UInt8.random(in: 0...255) })
        try await store.set(["install_id": made])
        return made
    }

    /// Remember a channel: no older one is followed from now on, and what it withdraws is not used again.
    func accept(_ sequence: Int, _ revoked: Set<String>) async throws {
        let all = await self.revoked().union(revoked)
        try await store.set([
            "channel_sequence": String(sequence), "models_revoked": all.sorted().joined(separator: " "),
        ])
    }

    /// Where a bundle is put together; what an interrupted download left there is used again.
    func unfinished(_ sha256: String) -> URL {
        folder.appendingPathComponent(".\(sha256)")
    }

    /// Use the bundle that was put together; of those installed the one used until now stays as the previous one.
    func switchTo(_ sha256: String) async throws {
        let previous = await installed(but: sha256)?.sha256
        let (made, place) = (unfinished(sha256), folder.appendingPathComponent(sha256))
        if FileManager.default.fileExists(atPath: made.path) {
            try? FileManager.default.removeItem(at: place)  // a damaged one, or it would not be replaced
            try Files.replace(place, by: made)
        }
        let own = (try? ModelBundle.open(shipped, trust))?.sha256
        try await store.set(["model": sha256, "model_previous": previous, "model_shipped": own])
        removeOthers([sha256, previous])
    }

    /// What is withdrawn is neither used nor gone back to.
    private func installed(but other: String? = nil) async -> ModelBundle? {
        let revoked = await self.revoked()
        for name in ["model", "model_previous"] {
            guard let sha256 = await store.setting(name), sha256 != other, !revoked.contains(sha256) else { continue }
            if let bundle = held(sha256) { return bundle }
        }
        return nil
    }

    private func removeOthers(_ kept: Set<String?>) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where !kept.contains(name) {
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
        }
    }
}
