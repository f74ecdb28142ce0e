// The calls that an app makes, with a model and a server that are played.
import Foundation
import XCTest

@testable import SkinScoreCore

final class ClientTests: XCTestCase {
    private let who = Credentials(email: "me@example.org", password: "p", device: "d")

    func testAGradedPhotoIsKeptAndQueuedWithoutANetwork() async throws {
        let scratch = try Scratch()
        let client = try playedClient(scratch, Counter([:]))
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
        let client = try playedClient(scratch, Counter([:]), parts: [3])
        let found = try await client.grade(Data([1]), part: 0)
        let history = await client.history()
        XCTAssertFalse(found.kept)
        XCTAssertEqual(history, [])
        XCTAssertEqual(found.grading.attributes.filter { $0.believed }.count, 0)
    }

    func testAGuestsHistoryJoinsAnAccountOnlyWhenItsOwnerSaysSo() async throws {
        let scratch = try Scratch()
        let transport = Counter(["POST /v1/auth/login": [issuedTokens]])
        let client = try playedClient(scratch, transport)
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
        let client = try playedClient(scratch, Counter(["POST /v1/auth/login": [issuedTokens]]))
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
            "POST /v1/auth/login": [issuedTokens], "POST /v1/auth/reauth": [no, (200, ["access_token": "fresh"])],
            "DELETE /v1/account": [(200, [:])],
        ])
        let client = try playedClient(scratch, transport)
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
        let client = try playedClient(scratch, Counter([:]))
        let code = try await troubleCode {
            try await client.note(on: "s", String(repeating: "살", count: About.noteLength + 1))
        }
        XCTAssertEqual(code, "note-too-long")
        try await client.note(on: "s", String(repeating: "살", count: About.noteLength))
    }
}
