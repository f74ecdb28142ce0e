// This client against a real server, where one is named: SKINSCORE_SERVER=http://127.0.0.1:8000 swift test
import Foundation
import XCTest

@testable import SkinScoreCore

final class LiveServerTests: XCTestCase {
    private func client(_ url: URL, _ folder: URL) throws -> SkinScoreClient {
        try SkinScoreClient(
            shipped: folder, home: folder, server: url, trust: Trust(keys: [:], runtime: []),
            secrets: FileSecrets(home: folder), grading: { _ in throw Trouble("test", "nothing is graded here") })
    }

    private func running() throws -> URL {
        guard let url = ProcessInfo.processInfo.environment["SKINSCORE_SERVER"].flatMap({ URL(string: $0) }) else {
            throw XCTSkip("name a running server in SKINSCORE_SERVER")
        }
        return url
    }

    /// The server must serve the committed bundle, which it does when nothing else was published.
    func testTheServedModelComesInPiecesAndWhole() async throws {
        let (url, scratch) = (try running(), try Scratch())
        let offer = try JSONDecoder().decode(Offer.self, from: GoldenFiles.bundleFile("bundle.json"))
        let part = try XCTUnwrap(offer.phoneFile().parts.max { $0.bytes < $1.bytes })
        XCTAssertGreaterThan(part.bytes, Download.piece)
        let client = try client(url, scratch.folder)
        try await Download(server: client.server, folder: scratch.folder).fetch(part)
        let found = try Data(contentsOf: scratch.folder.appendingPathComponent(part.path))
        XCTAssertEqual(found, try GoldenFiles.bundleFile(part.path))
    }

    func testARedirectIsAnAnswerAndNotFollowed() async throws {
        let answer = try await URLSessionTransport().send(Request("GET", "/docs"), to: try running())
        XCTAssertEqual([answer.status, answer.header("Location").map { _ in 1 }], [302, 1])
    }

    func testTwoDevicesOfOneAccountHoldTheSame() async throws {
        let url = try running()
        let (here, there) = (try Scratch(), try Scratch())
        let (phone, tablet) = (try client(url, here.folder), try client(url, there.folder))
        var who = Credentials(email: "\(UUID().uuidString)@example.org", password: UUID().uuidString, device: "phone")
        let code = try await phone.signIn(.register, who, adopt: false)
        XCTAssertNotNil(code)
        let refused = try await troubleCode {
            try await phone.note(on: Ids.uuid7(), "살 🙂")
            _ = try await phone.sync()
        }
        XCTAssertEqual(refused, "consent-required")
        let asked = try await phone.consentText("sync")
        try await phone.consent(["sync": asked.version])
        let pushed = try await phone.sync()
        XCTAssertEqual(pushed, SyncOutcome(pushed: 1, pulled: 1, refused: 0, complete: true))
        who.device = "tablet"
        _ = try await tablet.signIn(.login, who, adopt: false)
        let pulled = try await tablet.sync(limit: 1)
        XCTAssertEqual(pulled, SyncOutcome(pushed: 0, pulled: 1, refused: 0, complete: true))
        let (mine, theirs) = (await phone.store.live, await tablet.store.live)
        XCTAssertEqual(mine, theirs)
        try await tablet.deleteAccount(password: who.password)
        let ended = try await troubleCode { _ = try await phone.sync() }
        XCTAssertNotNil(ended)
        let (kept, gone) = (await phone.store.live.count, await tablet.store.live.count)
        XCTAssertEqual([kept, gone], [1, 0])
    }
}
