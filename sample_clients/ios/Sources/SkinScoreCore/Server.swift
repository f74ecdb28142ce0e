// Talk to the server as one account. No token, account or recovery code is lost to a crash or a lost answer.
import Foundation

public enum SignIn: String, Sendable {
    case register, login, recover
}

/// Who signs in. `code` is the recovery code, `consents` the versions of the texts that the owner of a new account was
/// shown and agreed to.
public struct Credentials: Sendable {
    public var email: String
    public var password: String
    public var device: String
    public var code: String?
    public var consents: [String: Int]

    public init(email: String, password: String, device: String, code: String? = nil, consents: [String: Int] = [:]) {
        self.email = email
        self.password = password
        self.device = device
        self.code = code
        self.consents = consents
    }
}

/// One account on one server. The access token lives in memory only.
public actor Server {
    private let url: URL
    private let store: Store
    private let secrets: any Secrets
    private let transport: any Transport
    private let patience: Patience
    private var access: String?
    private var refreshing: Task<Void, any Error>?

    static let format = ["Skinscore-Format": "1"]  // of records and sync; `client-too-old` when it is retired
    static let ended: Set<String> = ["refresh-reused", "refresh-expired", "refresh-revoked"]

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

    /// Register, log in or recover; a recovery code to be shown once, from all but a login.
    func signIn(_ how: SignIn, _ who: Credentials) async throws -> String? {
        try await insistOnOwn(how, who.email)
        var body: [String: JSONValue] = [
            "email": .string(who.email), "password": .string(who.password), "device_name": .string(who.device),
            "platform": .string(About.platform),
        ]
        if let code = who.code { body["recovery_code"] = .string(code) }
        if !who.consents.isEmpty { body["consents"] = .object(who.consents.mapValues { JSONValue.integer($0) }) }
        if how != .login { body["idempotency_key"] = .string(try await attempt()) }
        let issued = try await send(Request("POST", "/v1/auth/\(how.rawValue)", json: .object(body))).json()
        try await bind(issued, who.email)
        return issued["recovery_code"]?.text
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
        access = try answer.json()["access_token"]?.text
    }

    /// Drop the tokens; the history stays.
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
        guard try await isSignedIn(), let token = try secrets.read() else {
            throw Trouble("unauthorized", "not signed in: sign in or register first")
        }
        do {
            let body: JSONValue = ["refresh_token": .string(token)]
            let issued = try await send(Request("POST", "/v1/auth/refresh", json: body)).json()
            try keep(issued)
        } catch let trouble as Trouble where Server.ended.contains(trouble.code) {
            try forget()
            throw trouble
        }
    }

    /// Keep before use: a refresh token that was only used would be lost with the app.
    private func keep(_ issued: JSONValue) throws {
        guard let fresh = issued["refresh_token"]?.text, let token = issued["access_token"]?.text else {
            throw Trouble("unexpected", "the server's answer has no tokens: update the app")
        }
        try secrets.write(fresh)
        access = token
    }

    /// The token first: should the app end in between, the attempt is still known and a repeat gives the same answer.
    private func bind(_ issued: JSONValue, _ email: String) async throws {
        guard let account = issued["account_id"]?.text else {
            throw Trouble("unexpected", "the server's answer names no account: update the app")
        }
        let bound = await store.setting("account")
        if bound != nil && bound != account {
            _ = try await send(Request("POST", "/v1/auth/logout"), token: issued["access_token"]?.text)
            throw Server.otherAccount
        }
        try keep(issued)
        try await store.set(["account": account, "email": email.lowercased(), "attempt": nil])
    }

    /// Refuse another account before the server does anything: makes one, uses a code up, ends device logins.
    private func insistOnOwn(_ how: SignIn, _ email: String) async throws {
        guard await store.setting("account") != nil else { return }
        let held = await store.setting("email")
        if how == .register || (held != nil && held != email.lowercased()) { throw Server.otherAccount }
    }

    private static let otherAccount = Trouble(
        "other-account", "the history on this device belongs to another account: delete it there first")

    /// Names the attempt under way; kept until it is answered, so that a try after a crash is a repeat too.
    private func attempt() async throws -> String {
        if let key = await store.setting("attempt") { return key }
        let bytes = (0..<24).map { _ in UInt8.random(in: 0...255) }
        let key = Digest.hex(bytes)
        try await store.set(["attempt": key])
        return key
    }

    private func send(_ request: Request, token: String? = nil) async throws -> Answer {
        var dressed = request
        dressed.headers.merge(Server.format) { own, _ in own }
        if let token { dressed.headers["Authorization"] = "Bearer \(token)" }
        for attempt in 0..<patience.tries {
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
