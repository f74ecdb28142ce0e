// The calls that an app makes, with a model and a server that are played.
import Foundation
import XCTest

@testable import SkinScoreCore

/// Answers by method and path, in order; the last answer of each goes on.
private actor Counter: Transport {
    private var answers: [String: [(Int, JSONValue)]]
    private(set) var asked: [String] = []
    /// Models that the client says graded a photo.
    private(set) var graders: Set<String> = []

    init(_ answers: [String: [(Int, JSONValue)]]) {
        self.answers = answers
    }

    func send(_ request: Request, to server: URL) async throws -> Answer {
        let name = "\(request.method) \(request.path)"
        asked.append(name)
        if let model = request.query["graded_by"] { graders.insert(model) }
        guard let left = answers[name], let (status, body) = left.first else { throw URLError(.timedOut) }
        if left.count > 1 { answers[name] = Array(left.dropFirst()) }
        return Answer(status: status, headers: ["Content-Type": "application/json"], body: body.canonical())
    }
}

final class ClientTests: XCTestCase {
    /// A client whose bundle is a small one with these learned parts, and whose model always answers the same.
    private func client(_ scratch: Scratch, _ transport: any Transport, parts: [Int] = [0, 1, 2, 3]) throws
        -> SkinScoreClient
    {
        let learned = JSONValue.array(parts.map { .integer($0) })
        let keys = ["oil", "hydration", "wrinkle", "pigmentation", "sensitivity"]
        let graded = JSONValue.object(Dictionary(uniqueKeysWithValues: keys.map { ($0, learned) }))
        let shipped = scratch.folder.appendingPathComponent("shipped")
        try SmallBundle(3) { $0["graded_parts"] = graded }.write(to: shipped)
        return try SkinScoreClient(
            shipped: shipped, home: scratch.folder, server: URL(fileURLWithPath: "/"),
            trust: Trust(keys: ["k": Data([1])], runtime: [17, 0], holds: { _, _, _ in true }),
            secrets: FileSecrets(home: scratch.folder), transport: transport, patience: .none,
            grading: { bundle in
                { _, part in try Grading(madeOutputs(), of: bundle.description, pixels: [0], part: part) }
            })
    }

    private let issued: (Int, JSONValue) = (200, ["account_id": "a", "access_token": "t", "refresh_token": "r"])
    private let who = Credentials(email: "me@example.org", password: "p", device: "d")

    func testAGradedPhotoIsKeptAndQueuedWithoutANetwork() async throws {
        let scratch = try Scratch()
        let client = try client(scratch, Counter([:]))
        let found = try await client.grade(Data([1]), part: 2)
        let (history, waiting) = (await client.history(), await client.store.unsentIds)
        XCTAssertTrue(found.kept)
        XCTAssertEqual(history, [found.record])
        XCTAssertEqual(waiting, [found.record.id])
        XCTAssertEqual(found.record.part, 2)
        let trend = await client.trend("oil")
        XCTAssertEqual(trend.buckets.map { $0.mean }, [2000])
    }

    func testWhatTheModelNeverLearnedIsNotKept() async throws {
        let scratch = try Scratch()
        let client = try client(scratch, Counter([:]), parts: [3])
        let found = try await client.grade(Data([1]), part: 0)
        let history = await client.history()
        XCTAssertFalse(found.kept)
        XCTAssertEqual(history, [])
        XCTAssertEqual(found.grading.attributes.filter { $0.believed }.count, 0)
    }

    func testAGuestsHistoryJoinsAnAccountOnlyWhenItsOwnerSaysSo() async throws {
        let scratch = try Scratch()
        let transport = Counter(["POST /v1/auth/login": [issued]])
        let client = try client(scratch, transport)
        _ = try await client.grade(Data([1]), part: 0)
        let who = self.who
        let refused = try await troubleCode { _ = try await client.signIn(.login, who, adopt: false) }
        XCTAssertEqual(refused, "adopt")
        let asked = await transport.asked
        XCTAssertEqual(asked, [])
        _ = try await client.signIn(.login, who, adopt: true)
        let (signedIn, guests) = (try await client.server.isSignedIn(), await client.guestRecords())
        XCTAssertTrue(signedIn)
        XCTAssertEqual(guests, 0)
    }

    func testSigningOutKeepsTheHistoryEvenWhereTheServerIsAway() async throws {
        let scratch = try Scratch()
        let client = try client(scratch, Counter(["POST /v1/auth/login": [issued]]))
        _ = try await client.signIn(.login, who, adopt: false)
        _ = try await client.grade(Data([1]), part: 0)
        let told = try await client.signOut()
        let (signedIn, history) = (try await client.server.isSignedIn(), await client.history())
        XCTAssertFalse(told)
        XCTAssertFalse(signedIn)
        XCTAssertEqual(history.count, 1)
    }

    func testADeletedAccountLeavesNothingHereAndARefusedDeletionLeavesAll() async throws {
        let scratch = try Scratch()
        let no: (Int, JSONValue) = (401, ["type": "urn:skinscore:problem:bad-credentials", "title": "No"])
        let transport = Counter([
            "POST /v1/auth/login": [issued], "POST /v1/auth/reauth": [no, (200, ["access_token": "fresh"])],
            "DELETE /v1/account": [(200, [:])],
        ])
        let client = try client(scratch, transport)
        _ = try await client.signIn(.login, who, adopt: false)
        _ = try await client.grade(Data([1]), part: 0)
        let refused = try await troubleCode { try await client.deleteAccount(password: "wrong") }
        let before = await client.history()
        XCTAssertEqual(refused, "bad-credentials")
        XCTAssertEqual(before.count, 1)
        try await client.deleteAccount(password: "p")
        let (after, signedIn) = (await client.history(), try await client.server.isSignedIn())
        XCTAssertEqual(after, [])
        XCTAssertFalse(signedIn)
    }

    func testANoteLongerThanTheServerTakesIsRefusedHere() async throws {
        let scratch = try Scratch()
        let client = try client(scratch, Counter([:]))
        let code = try await troubleCode {
            try await client.note(on: "s", String(repeating: "살", count: About.noteLength + 1))
        }
        XCTAssertEqual(code, "note-too-long")
        try await client.note(on: "s", String(repeating: "살", count: About.noteLength))
    }

    func testOneClientAtATimeHasAFolderOpen() async throws {
        let scratch = try Scratch()
        let first = try client(scratch, Counter([:]))
        let second = try await troubleCode { _ = try client(scratch, Counter([:])) }
        XCTAssertEqual(second, "in-use")
        _ = try await first.grade(Data([1]), part: 0)
    }

    func testAFolderIsFreeAgainWhenItsClientHasGone() async throws {
        let scratch = try Scratch()
        for _ in 0..<2 {
            let client = try client(scratch, Counter([:]))
            _ = try await client.grade(Data([1]), part: 0)
        }
        let kept = try await Store(home: scratch.folder).live.count
        XCTAssertEqual(kept, 2)
    }

    func testMapsOfTheServerAreWaitedForAndFetchedOneByOne() async throws {
        let scratch = try Scratch()
        let result: JSONValue = ["attributes": ["oil": ["href": "/v1/heatmaps/j/oil.png", "grade": 2]]]
        let transport = Counter([
            "POST /v1/auth/login": [issued], "POST /v1/heatmaps": [(202, ["id": "j", "status": "queued"])],
            "GET /v1/heatmaps/j": [
                (200, ["id": "j", "status": "running"]), (200, ["id": "j", "status": "succeeded", "result": result]),
            ],
            "GET /v1/heatmaps/j/oil.png": [(200, ["layer": 1])],
        ])
        let client = try client(scratch, transport)
        _ = try await client.signIn(.login, who, adopt: false)
        let maps: Heatmaps = try await client.heatmaps(square: Data([1]))
        let (model, told) = (try await client.bundle().modelSHA256, await transport.graders)
        XCTAssertEqual(told, [model])
        XCTAssertEqual(maps.result, result)
        XCTAssertEqual(maps.layers, ["oil": (["layer": 1] as JSONValue).canonical()])
    }

    func testAPhotoThatTheServerRejectsIsATrouble() async throws {
        let scratch = try Scratch()
        let failed: JSONValue = ["id": "j", "status": "failed", "problem": ["detail": "no face"]]
        let client = try client(
            scratch, Counter(["POST /v1/auth/login": [issued], "POST /v1/heatmaps": [(200, failed)]]))
        _ = try await client.signIn(.login, who, adopt: false)
        do {
            _ = try await client.heatmaps(square: Data([1]))
            XCTFail("it was rejected")
        } catch let trouble as Trouble {
            XCTAssertEqual(trouble, Trouble("photo-rejected", "no face"))
        }
    }
}
