// The client as a few calls: grade, sign in, sync, look back, update.
import Foundation

/// A graded photo, and its record where it was kept.
public struct GradedPhoto: Sendable {
    public let grading: Grading
    public let record: Record
    public let kept: Bool
}

/// One person's client: a bundle, a home folder, a server. The history can be read when the bundle cannot.
public actor SkinScoreClient {
    public nonisolated let store: Store
    public nonisolated let server: Server
    private let home: Home
    private let model: ModelInUse
    private var syncing: Task<SyncOutcome, any Error>?

    /// `shipped` is the folder of the bundle that came with the app, `home` where history and models live: one client
    /// at a time may have it open (`in-use`). Throws `Trouble`.
    public init(
        shipped: URL, home: URL, server url: URL, trust: Trust, secrets: any Secrets,
        transport: any Transport = URLSessionTransport(), patience: Patience = .usual, grading: @escaping MakeGrade
    ) throws {
        self.home = try Home(home)
        store = try Store(home: home)
        server = Server(url: url, store: store, secrets: secrets, transport: transport, patience: patience)
        model = ModelInUse(Models(shipped: shipped, home: home, store: store, trust: trust), grading)
    }

    /// The verified bundle in use. Throws `Trouble`.
    public func bundle() async throws -> ModelBundle {
        try await model.prepared().bundle
    }

    /// Grade a photo offline; keep its record and queue it for the next sync, if the model learned that part.
    public func grade(_ photo: Data, part: Int, keep: Bool = true) async throws -> GradedPhoto {
        let ready = try await model.prepared()
        let found = try await ready.grade(photo, part)
        let record = Record.score(found, of: ready.bundle, capturedAt: Moment.now())
        let kept = keep && found.attributes.contains { $0.believed }
        if kept { try await store.add(record) }
        return GradedPhoto(grading: found, record: record, kept: kept)
    }

    /// Records here that belong to no account yet.
    public func guestRecords() async -> Int {
        await store.setting("account") == nil ? await store.live.count : 0
    }

    /// Register, log in, or recover with a code; the next recovery code where there is one, to be shown once.
    ///
    /// A guest's history joins the account when its owner said so (`adopt`). Throws `Trouble`.
    public func signIn(_ how: SignIn, _ who: Credentials, adopt: Bool) async throws -> String? {
        if !adopt, await guestRecords() > 0 {
            throw Trouble("adopt", "there is a history without an account here: ask whether it joins this account")
        }
        return try await server.signIn(how, who)
    }

    /// End this device's login; false when the server could not be told. The history stays.
    public func signOut() async throws -> Bool {
        let told = (try? await server.call(Request("POST", "/v1/auth/logout"))) != nil
        try await server.forget()
        return told
    }

    /// Push and pull; calls at the same time share one. Throws `Trouble`, and nothing is lost; or `CancellationError`,
    /// where all was erased meanwhile.
    public func sync(limit: Int? = nil) async throws -> SyncOutcome {
        if let running = syncing { return try await running.value }
        let (store, server) = (self.store, self.server)
        let task = Task { try await Sync.run(store, server, limit: limit) }
        syncing = task
        defer { if syncing == task { syncing = nil } }
        return try await task.value
    }

    /// All live scores, oldest first.
    public func history() async -> [Record] {
        await store.live.filter { $0.isScore }
    }

    /// Write a note on a score; empty text takes it away. Throws `Trouble` when it is too long.
    public func note(on id: String, _ text: String) async throws {
        guard text.unicodeScalars.count <= About.noteLength else {
            throw Trouble("note-too-long", "a note has at most \(About.noteLength) characters")
        }
        try await store.add(Record.note(on: id, text))
    }

    /// One attribute over time, offline.
    public func trend(_ attribute: String, part: Int? = nil, by size: Trend.BucketSize = .day) async -> Trend {
        let known = try? await bundle()
        return Trend(await history(), attribute: attribute, part: part, by: size) { model in
            model == known?.model ? known?.description.gradedParts[attribute] ?? [] : nil
        }
    }

    /// Take a newer model if the server's channel offers one. Throws `Trouble`; the model in use stays then.
    public func update() async throws -> UpdateOutcome {
        try await model.update(server)
    }

    /// Version and text of what a purpose asks to agree to, as the server has them now.
    public func consentText(_ purpose: String) async throws -> (version: Int, text: String) {
        let held = try await server.call(Request("GET", "/v1/account")).json()["consent_texts"]?[purpose]
        guard let version = held?["version"]?.whole, let text = held?["text"]?.text else {
            throw Trouble("unexpected", "the server knows no consent named \(purpose)")
        }
        return (version, text)
    }

    /// Agree to a version of the text of a purpose, which its owner was shown; 0 withdraws.
    public func consent(_ versions: [String: Int]) async throws {
        let said = JSONValue.object(versions.mapValues { JSONValue.integer($0) })
        _ = try await server.call(Request("PATCH", "/v1/account", json: ["consents": said]))
    }

    /// Delete the account on the server, and its history on the server and here.
    public func deleteAccount(password: String) async throws {
        try await server.reauthenticate(password)
        _ = try await server.call(Request("DELETE", "/v1/account"))
        try await eraseHere()
    }

    /// Forget person, login and history on this device, whatever the server holds. Nothing brings back what was not
    /// synced.
    public func eraseHere() async throws {
        try await server.forget()
        syncing?.cancel()
        syncing = nil
        try await store.erase()
    }
}
