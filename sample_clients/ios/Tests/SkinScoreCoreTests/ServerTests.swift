// Patience, problems, tokens, and how a request is put together.
import Foundation
import XCTest

@testable import SkinScoreCore

/// Remembers for how long it was waited.
private actor Waits {
    private(set) var seconds: [Double] = []
    func add(_ one: Double) { seconds.append(one) }
}

final class ServerTests: XCTestCase {
    private func server(_ scratch: Scratch, _ transport: any Transport, _ patience: Patience = .none) throws -> Server {
        Server(
            url: try XCTUnwrap(URL(string: "http://server")), store: try Store(home: scratch.folder),
            secrets: FileSecrets(home: scratch.folder), transport: transport, patience: patience)
    }

    /// As the device of an account finds itself after a restart.
    private func signIn(_ scratch: Scratch) async throws {
        try FileSecrets(home: scratch.folder).write("r1")
        try await Store(home: scratch.folder).set(["account": "me"])
    }

    func testABusyServerIsAskedAgainAndWaitedForAsLongAsItSays() async throws {
        let (scratch, waits) = (try Scratch(), Waits())
        let busy = problem(503, "busy", ["retry-after": "7"])
        let transport = Scripted([busy, nil, json(200, ["ok": 1])])
        let patient = Patience(tries: 4) { await waits.add($0) }
        let answer = try await server(scratch, transport, patient).fetch("/x")
        XCTAssertEqual(try answer.json()["ok"]?.whole, 1)
        let seconds = await waits.seconds
        XCTAssertEqual(seconds.count, 2)
        XCTAssertEqual(seconds[0], 7)
        XCTAssertLessThanOrEqual(seconds[1], 2)
    }

    func testWhoIsAskedToWaitLongIsToldSoAtOnce() async throws {
        let scratch = try Scratch()
        let transport = Scripted([problem(429, "rate-limited", ["Retry-After": "3600"])])
        let server = try server(scratch, transport)
        let code = try await troubleCode { _ = try await server.fetch("/x") }
        XCTAssertEqual(code, "rate-limited")
        let asked = await transport.asked
        XCTAssertEqual(asked.count, 1)
    }

    func testNoAnswerAfterAllTriesIsOfflineAndAnythingElseIsNotRepeated() async throws {
        let scratch = try Scratch()
        let (silent, refusing) = (Scripted([nil]), Scripted([problem(422, "invalid")]))
        let (one, other) = (try server(scratch, silent), try server(scratch, refusing))
        let offline = try await troubleCode { _ = try await one.fetch("/x") }
        let invalid = try await troubleCode { _ = try await other.fetch("/x") }
        XCTAssertEqual([offline, invalid], ["offline", "invalid"])
        let (tried, asked) = (await silent.asked.count, await refusing.asked.count)
        XCTAssertEqual([tried, asked], [4, 1])
    }

    func testAPageOfSomebodyElseIsNoAnswer() async throws {
        let scratch = try Scratch()
        for (status, body) in [(200, "<html>"), (200, ""), (302, "")] {
            let portal = Answer(status: status, headers: ["Content-Type": "text/html"], body: Data(body.utf8))
            let server = try server(scratch, Scripted([portal]))
            let code = try await troubleCode { _ = try await server.fetch("/x") }
            XCTAssertEqual(code, "unexpected", "\(status) \(body)")
        }
    }

    func testAProblemIsReadAsOneSentence() {
        let body: JSONValue = [
            "type": "urn:skinscore:problem:invalid", "title": "No",
            "errors": [["pointer": "/bucket", "detail": "say day"]],
        ]
        XCTAssertThrowsError(try Problems.checked(json(422, body))) {
            XCTAssertEqual($0 as? Trouble, Trouble("invalid", "No; /bucket: say day"))
        }
        let silent = Answer(status: 500, headers: [:], body: Data("oops".utf8))
        XCTAssertThrowsError(try Problems.checked(silent)) { XCTAssertEqual(($0 as? Trouble)?.code, "unexpected") }
    }

    func testTenCallsAtOnceRefreshOnce() async throws {
        let scratch = try Scratch()
        let fresh = json(200, ["access_token": "a", "refresh_token": "r2"])
        let transport = Scripted([fresh, json(200, [:])])
        try await signIn(scratch)
        let server = try server(scratch, transport)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { _ = try await server.call(Request("GET", "/x")) } }
            try await group.waitForAll()
        }
        let refreshes = await transport.asked.filter { $0.path == "/v1/auth/refresh" }
        XCTAssertEqual(refreshes.count, 1)
        XCTAssertEqual(try FileSecrets(home: scratch.folder).read(), "r2")
    }

    func testTokensThatArriveAfterSigningOutAreNotKept() async throws {
        let fresh = json(200, ["access_token": "a", "refresh_token": "r2"])
        for late in ["/v1/auth/refresh", "/v1/auth/reauth"] {
            let scratch = try Scratch()
            let transport = Interrupted([fresh])
            try await signIn(scratch)
            let server = try server(scratch, transport)
            await transport.before(late) { try await server.forget() }
            let code = try await troubleCode { try await server.reauthenticate("p") }
            let after = try await troubleCode { _ = try await server.call(Request("GET", "/x")) }
            XCTAssertEqual([code, after], ["unauthorized", "unauthorized"])
            let asked = await transport.asked.map { $0.path }
            XCTAssertEqual(asked.last, late)
            XCTAssertNil(try FileSecrets(home: scratch.folder).read())
        }
    }

    func testAnAnswerForAnEarlierLoginLeavesTheNewOneAlone() async throws {
        let newer: JSONValue = ["access_token": "b", "refresh_token": "r3"]
        for answer in [json(200, ["access_token": "a", "refresh_token": "r2"]), problem(401, "refresh-revoked")] {
            let scratch = try Scratch()
            let transport = Interrupted([answer])
            try await signIn(scratch)
            let server = try server(scratch, transport)
            await transport.before("/v1/auth/refresh") { try await server.keep(newer) }
            let code = try await troubleCode { _ = try await server.call(Request("GET", "/x")) }
            XCTAssertNotNil(code)
            XCTAssertEqual(try FileSecrets(home: scratch.folder).read(), "r3")
        }
    }

    func testATimeoutDoesNotEndALogin() async throws {
        let scratch = try Scratch()
        try await signIn(scratch)
        let server = try server(scratch, Scripted([nil]))
        let code = try await troubleCode { _ = try await server.call(Request("GET", "/x")) }
        let signedIn = try await server.isSignedIn()
        XCTAssertEqual(code, "offline")
        XCTAssertTrue(signedIn)
    }

    func testAnotherAccountIsRefusedBeforeTheServerHearsOfIt() async throws {
        let scratch = try Scratch()
        let store = try Store(home: scratch.folder)
        try await store.set(["account": "me", "email": "me@example.org"])
        let transport = Scripted([json(200, [:])])
        let server = try server(scratch, transport)
        let who = Credentials(email: "you@example.org", password: "p", device: "d")
        for how in [SignIn.login, SignIn.register, SignIn.recover] {
            let code = try await troubleCode { _ = try await server.signIn(how, who) }
            XCTAssertEqual(code, "other-account")
        }
        let asked = await transport.asked
        XCTAssertEqual(asked.count, 0)
    }
}
