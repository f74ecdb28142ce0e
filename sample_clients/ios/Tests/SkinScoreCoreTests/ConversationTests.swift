// The golden conversations: this client asks exactly what is written, and ends each step in the state written.
import Foundation
import XCTest

@testable import SkinScoreCore

/// One device that takes part.
private final class Phone: Sendable {
    let client: SkinScoreClient
    let player = Player()
    private let home: URL

    init(_ folder: URL, _ name: String) throws {
        home = folder.appendingPathComponent(name)
        client = try SkinScoreClient(
            shipped: folder, home: home, server: try XCTUnwrap(URL(string: "http://server")),
            trust: Trust(keys: [:], runtime: []),
            secrets: FileSecrets(home: home), transport: player, patience: .none,
            grading: { _ in throw Trouble("test", "nothing is graded here") })
    }

    /// Do the step; its answer, or the type of the problem it met.
    func act(_ step: JSONValue) async throws -> JSONValue {
        do {
            return try await done(step)
        } catch let trouble as Trouble {
            return .string(trouble.code)
        }
    }

    private func done(_ step: JSONValue) async throws -> JSONValue {
        switch step["do"]?.text {
        case "sign_in": return try await signIn(step)
        case "add": try await client.store.add(try XCTUnwrap(step["record"].flatMap { Record($0) }))
        case "delete": try await client.store.delete(step["id"]?.text ?? "")
        case "forget_access": await client.server.forgetAccess()
        case "consent": try await client.consent((step["versions"]?.fields ?? [:]).mapValues { $0.whole ?? -1 })
        case "sync":
            let found = try await client.sync(limit: step["limit"]?.whole)
            return [
                "pushed": .integer(found.pushed), "pulled": .integer(found.pulled), "refused": .integer(found.refused),
                "complete": .bool(found.complete),
            ]
        default: throw Trouble("test", "this client does not know how to \(step["do"]?.text ?? "?")")
        }
        return .null
    }

    private func signIn(_ step: JSONValue) async throws -> JSONValue {
        let how = try XCTUnwrap(step["how"]?.text.flatMap { SignIn(rawValue: $0) })
        let who = Credentials(
            email: step["email"]?.text ?? "", password: step["password"]?.text ?? "",
            device: step["device"]?.text ?? "",
            code: step["code"]?.text, consents: (step["consents"]?.fields ?? [:]).compactMapValues { $0.whole })
        let code = try await client.signIn(how, who, adopt: true)
        return code.map { .string($0) } ?? .null
    }

    /// What must be true after a step, as it is in memory and as a restarted app finds it.
    func state() async throws -> [JSONValue] {
        let signedIn = try await client.server.isSignedIn()
        let restarted = try Store(home: home)
        return [try await state(client.store, signedIn), try await state(restarted, signedIn)]
    }

    private func state(_ store: Store, _ signedIn: Bool) async throws -> JSONValue {
        let live = await store.live
        return [
            "live": .array(live.map { .string($0.id) }), "xor": .string(Record.fold(live)),
            "notes": .object(await store.notes.mapValues { .string($0) }), "unsent": .integer(await store.unsentCount),
            "parked": .array(await store.parked.keys.sorted().map { .string($0) }), "signed_in": .bool(signedIn),
        ]
    }
}

final class ConversationTests: XCTestCase {
    /// Plays a conversation; what the client did otherwise than written.
    private func faults(_ conversation: JSONValue) async throws -> [String] {
        let scratch = try Scratch()
        var phones: [String: Phone] = [:]
        var made: [String: String] = [:]
        var found: [String] = []
        for (number, step) in (conversation["steps"]?.items ?? []).enumerated() {
            // A trend is worked out here, see TrendTests: it must work offline.
            guard let name = step["device"]?.text, step["do"]?.text != "trend" else { continue }
            let phone = try phones[name] ?? Phone(scratch.folder, name)
            phones[name] = phone
            await phone.player.expect(step["exchanges"]?.items ?? [], knowing: made)
            let answer = try await phone.act(step)
            made = await phone.player.learnt()
            found += await phone.player.faults.map { "step \(number): \($0)" }
            if await phone.player.unused() > 0 { found.append("step \(number): the client asks too little") }
            if answer != step["answer"] { found.append("step \(number): answers \(answer)") }
            for state in try await phone.state() where state != step["then"] {
                found.append("step \(number): ends as \(String(decoding: state.canonical(), as: UTF8.self))")
            }
        }
        return found
    }

    private func play(_ name: String) async throws {
        let found = try await faults(GoldenFiles.conversation(name))
        XCTAssertEqual(found, [], name)
    }

    func testConflictIsKeptTo() async throws { try await play("conflict") }
    func testConsentIsKeptTo() async throws { try await play("consent") }
    func testGoneIsKeptTo() async throws { try await play("gone") }
    func testMismatchIsKeptTo() async throws { try await play("mismatch") }
    func testNotesIsKeptTo() async throws { try await play("notes") }
    func testPagingIsKeptTo() async throws { try await play("paging") }
    func testRecoverIsKeptTo() async throws { try await play("recover") }
    func testRefreshIsKeptTo() async throws { try await play("refresh") }
    func testRegisterIsKeptTo() async throws { try await play("register") }
    func testSyncIsKeptTo() async throws { try await play("sync") }
    func testTrendIsKeptTo() async throws { try await play("trend") }

    func testNoConversationIsLeftOut() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: GoldenFiles.conversations.path)
        let played = [
            "conflict", "consent", "gone", "mismatch", "notes", "paging", "recover", "refresh", "register", "sync",
            "trend",
        ]
        XCTAssertEqual(names.filter { $0.hasSuffix(".json") }.sorted(), played.map { "\($0).json" })
    }

    func testAClientThatAsksOtherwiseIsNoticed() async throws {
        var conversation = try GoldenFiles.conversation("sync").fields
        var steps = conversation["steps"]?.items ?? []
        let place = try XCTUnwrap(steps.firstIndex { $0["do"]?.text == "sync" })
        steps[place] = try changed(steps[place])
        conversation["steps"] = .array(steps)
        let found = try await faults(.object(conversation))
        XCTAssertFalse(found.isEmpty)
    }

    /// The step with a delete written that the client does not ask for.
    private func changed(_ step: JSONValue) throws -> JSONValue {
        var (step, exchanges) = (step.fields, step["exchanges"]?.items ?? [])
        var exchange = exchanges[0].fields
        var request = exchange["request"]?.fields ?? [:]
        var body = request["body"]?.fields ?? [:]
        body["deletes"] = ["x"]
        request["body"] = .object(body)
        exchange["request"] = .object(request)
        exchanges[0] = .object(exchange)
        step["exchanges"] = .array(exchanges)
        return .object(step)
    }
}
