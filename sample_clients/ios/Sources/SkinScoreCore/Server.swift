// Talk to the server as one account. No token, account or recovery code is lost to a crash or a lost answer.
import Foundation

/// One account on one server. The access token lives in memory only.
public actor Server {
    private let url: URL
    let store: Store
    let secrets: any Secrets
    private let transport: any Transport
    private let patience: Patience
    private var access: String?
    private var refreshing: Task<Void, any Error>?

    static let format = ["Skinscore-Format": "1"]  // of records and sync; `client-too-old` when it is retired
    static let ended: Set<String> = ["refresh-reused", "refresh-expired", "refresh-revoked"]
    private static let signedOut = Trouble("unauthorized", "not signed in: sign in or register first")

    init(url: URL, store: Store, secrets: any Secrets, transport: any Transport, patience: Patience) {
        self.url = url
        self.store = store
        self.secrets = secrets
        self.transport = transport
        self.patience = patience
    }

    /// Whether this device has a login, as far as it knows.
    public func isSignedIn() async throws -> Bool {
        guard await store.setting("account") != nil else { return false }
        return try secrets.read() != nil
    }

    /// An authorised request; refreshes the access token once when it is missing or refused.
    public func call(_ request: Request) async throws -> Answer {
        if access == nil { try await refresh(nil) }
        let used = access
        do {
            return try await send(request, token: used)
        } catch let trouble as Trouble where trouble.code == "invalid-token" {
            try await refresh(used)
        }
        return try await send(request, token: access)
    }

    /// What anybody may read; no token is sent.
    func fetch(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send(Request("GET", path, headers: headers))
    }

    /// A fresh access token for the password, good for export and deletion.
    func reauthenticate(_ password: String) async throws {
        let answer = try await call(Request("POST", "/v1/auth/reauth", json: ["password": .string(password)]))
        guard try secrets.read() != nil else { throw Server.signedOut }
        access = try answer.json()["access_token"]?.text
    }

    /// Drop the tokens; the history stays. Those that are still on their way are not kept.
    func forget() throws {
        access = nil
        try secrets.write(nil)
    }

    /// Drop the access token, as a restart does.
    func forgetAccess() {
        access = nil
    }

    /// A new access token, unless another task fetched one since `used`. Ends the login only when told to.
    private func refresh(_ used: String?) async throws {
        if access != nil && access != used { return }
        if let running = refreshing { return try await running.value }
        let task = Task { try await self.renew() }
        refreshing = task
        defer { refreshing = nil }
        try await task.value
    }

    private func renew() async throws {
        guard try await isSignedIn(), let token = try secrets.read() else { throw Server.signedOut }
        do {
            let body: JSONValue = ["refresh_token": .string(token)]
            let issued = try await send(Request("POST", "/v1/auth/refresh", json: body)).json()
            // Signed out, or in again, while the answer was on its way: then it is of no use any more.
            guard try secrets.read() == token else { throw Server.signedOut }
            try keep(issued)
        } catch let trouble as Trouble where Server.ended.contains(trouble.code) {
            if try secrets.read() == token { try forget() }
            throw trouble
        }
    }

    /// Keep before use: a refresh token that was only used would be lost with the app.
    func keep(_ issued: JSONValue) throws {
        guard let fresh = issued["refresh_token"]?.text, let token = issued["access_token"]?.text else {
            throw Trouble("unexpected", "the server's answer has no tokens: update the app")
        }
        try secrets.write(fresh)
        access = token
    }

    func send(_ request: Request, token: String? = nil) async throws -> Answer {
        var dressed = request
        dressed.headers.merge(Server.format) { own, _ in own }
        if let token { dressed.headers["Authorization"] = "Bearer \(token)" }
        for attempt in 0..<patience.tries {
            try Task.checkCancellation()  // after an erase the token here may be another account's
            let answer = try? await transport.send(dressed, to: url)
            try Task.checkCancellation()
            let last = attempt == patience.tries - 1
            let asked = answer.map { Patience.asked($0) } ?? 0
            if let answer, last || asked > Patience.longest || !Patience.again.contains(answer.status) {
                return try Problems.checked(answer)
            }
            if !last { try await patience.wait(max(Patience.pause(attempt), asked)) }
        }
        throw Trouble("offline", "the server cannot be reached; nothing is lost, try again later")
    }
}
