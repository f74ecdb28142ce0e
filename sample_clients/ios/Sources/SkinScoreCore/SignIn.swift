// Sign in to an account, so that neither a crash nor a lost answer costs it.
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

extension Server {
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
        do {
            try await store.set(["account": account, "email": email.lowercased(), "attempt": nil])
        } catch {
            forgetAccess()
            throw error
        }
    }

    /// Refuse another account before the server does anything: makes one, uses a code up, ends device logins.
    private func insistOnOwn(_ how: SignIn, _ email: String) async throws {
        guard await store.setting("account") != nil else { return }
        let held = await store.setting("email")
        if how == .register || (held != nil && held != email.lowercased()) { throw Server.otherAccount }
    }

    private static let otherAccount = Trouble(
        "other-account", "the history on this device belongs to another account: sign in to that one, or erase it here")

    /// Names the attempt under way; kept until it is answered, so that a try after a crash is a repeat too.
    private func attempt() async throws -> String {
        if let key = await store.setting("attempt") { return key }
        let bytes = (0..<24).map { _ in UInt8.random(in: 0...255) }
        let key = Hashing.hex(bytes)
        try await store.set(["attempt": key])
        return key
    }
}
