// A sync comes to its end, whatever the server answers, and an erase is not undone by one under way.
import Foundation
import XCTest

@testable import SkinScoreCore

final class SyncTests: XCTestCase {
    private let note: JSONValue = ["id": "a", "kind": "note"]
    private let issued: JSONValue = ["account_id": "me", "access_token": "a", "refresh_token": "r"]

    /// A page without records, after which there are more.
    private func page(_ end: [String: JSONValue]) -> Answer {
        let rest: [String: JSONValue] = ["records": [], "tombstones": [], "has_more": .bool(true)]
        return json(200, .object(rest.merging(end) { _, own in own }))
    }

    /// What a sync ends in with a server that gives tokens, then these answers, and then no more.
    private func ending(_ store: Store, _ scratch: Scratch, _ answers: [Answer]) async throws -> String? {
        try FileSecrets(home: scratch.folder).write("r")
        try await store.set(["account": "me"])
        let script: [Answer?] = [json(200, issued)] + answers + [nil]
        let server = Server(
            url: try XCTUnwrap(URL(string: "http://server")), store: store, secrets: FileSecrets(home: scratch.folder),
            transport: Scripted(script), patience: .none)
        return try await troubleCode { _ = try await Sync.run(store, server) }
    }

    func testPagesThatDoNotComeToAnEndEndThePull() async throws {
        let unmoved = page(["next_cursor": "c"])
        let endless = [[page([:])], [page(["next_cursor": .null])], [page(["next_cursor": 7])], [unmoved, unmoved]]
        for pages in endless {
            let scratch = try Scratch()
            let store = try Store(home: scratch.folder)
            let code = try await ending(store, scratch, pages)
            XCTAssertEqual(code, "unexpected")
        }
    }

    func testVerdictsForOtherRecordsOrNoneEndThePushAndSettleNothing() async throws {
        let spoilt: [[JSONValue]] = [
            [], [["id": "b", "verdict": "created", "seq": 1]], [["id": "a", "verdict": "created"]], [["id": "a"]],
            [["id": "a", "verdict": "conflict", "seq": 1]],
            [["id": "a", "verdict": "conflict", "seq": 1, "record": ["id": "b"]]],
        ]
        for results in spoilt {
            let scratch = try Scratch()
            let store = try Store(home: scratch.folder)
            try await store.add(try XCTUnwrap(Record(note)))
            let code = try await ending(store, scratch, [json(200, ["results": .array(results)])])
            let waiting = await store.unsentIds
            XCTAssertEqual(code, "unexpected")
            XCTAssertEqual(waiting, ["a"])
        }
    }

    func testAServerThatHoldsAnotherRecordUnderEveryIdEndsThePushAndOursWaits() async throws {
        let scratch = try Scratch()
        let (store, mine) = (try Store(home: scratch.folder), try XCTUnwrap(Record(note)))
        try await store.add(mine)
        let copy = mine.renamed(Ids.secondId(mine))
        let conflicts = [mine, copy, copy.renamed(Ids.secondId(copy))].map { one -> Answer in
            let theirs: JSONValue = ["id": .string(one.id), "kind": "note", "text": "theirs"]
            let verdict: JSONValue = ["id": .string(one.id), "verdict": "conflict", "record": theirs, "seq": 1]
            return json(200, ["results": [verdict]])
        }
        let code = try await ending(store, scratch, conflicts)
        let waiting = await store.unsent(9)
        XCTAssertEqual(code, "unexpected")
        XCTAssertEqual(waiting.records, [copy])
    }

    func testAnUnknownVerdictAcknowledgesNothing() async throws {
        let scratch = try Scratch()
        let store = try Store(home: scratch.folder)
        try await store.delete("a")
        let code = try await ending(store, scratch, [json(200, ["results": [["id": "a", "verdict": "later"]]])])
        let waiting = await store.unsent(9)
        XCTAssertEqual(code, "unexpected")
        XCTAssertEqual(waiting.deletes, ["a"])
    }

    func testOnlyItsMakingOrRefusalAnswersADelete() async throws {
        let scratch = try Scratch()
        let store = try Store(home: scratch.folder)
        try await store.delete("a")
        for kind in ["conflict", "created", "duplicate"] {
            let verdict: JSONValue = ["id": "a", "verdict": .string(kind), "record": note, "seq": 1]
            let code = try await ending(store, scratch, [json(200, ["results": [verdict]])])
            XCTAssertEqual(code, "unexpected")
        }
        let (live, waiting) = (await store.live, await store.unsent(9))
        XCTAssertEqual(live, [])
        XCTAssertEqual(waiting.deletes, ["a"])
    }

    func testWhatBelongsToASyncThatWasEndedIsNotSent() async throws {
        let (scratch, transport) = (try Scratch(), Scripted([json(200, [:])]))
        let server = Server(
            url: try XCTUnwrap(URL(string: "http://server")), store: try Store(home: scratch.folder),
            secrets: FileSecrets(home: scratch.folder), transport: transport, patience: .none)
        let sync = Task<Void, any Error> {
            while !Task.isCancelled { await Task.yield() }
            _ = try await server.fetch("/v1/sync")
        }
        sync.cancel()
        do {
            try await sync.value
            XCTFail("it went on")
        } catch is CancellationError {}
        let asked = await transport.asked
        XCTAssertEqual(asked, [])
    }

    func testAnEraseIsNotUndoneByPagesOfASyncUnderWay() async throws {
        let scratch = try Scratch()
        let records: JSONValue = [["seq": 1, "record": note]]
        let last = page(["records": records, "next_cursor": "c", "has_more": .bool(false)])
        let transport = Interrupted([json(200, issued), last])
        let client = try SkinScoreClient(
            shipped: scratch.folder, home: scratch.folder, server: try XCTUnwrap(URL(string: "http://server")),
            trust: Trust(keys: [:], runtime: []), secrets: FileSecrets(home: scratch.folder), transport: transport,
            patience: .none, grading: { _ in throw Trouble("test", "nothing is graded here") })
        let who = Credentials(email: "me@example.org", password: "p", device: "d")
        _ = try await client.signIn(.login, who, adopt: false)
        await transport.before("/v1/sync") { try await client.eraseHere() }
        do {
            _ = try await client.sync()
            XCTFail("it went on after the erase")
        } catch is CancellationError {}
        let (live, account) = (await client.store.live, await client.store.setting("account"))
        XCTAssertEqual(live, [])
        XCTAssertNil(account)
        let code = try await troubleCode { _ = try await client.sync() }
        XCTAssertEqual(code, "unauthorized")
    }

    func testAPageThatComesAfterTheEndOfItsSyncIsNotStored() async throws {
        let scratch = try Scratch()
        let store = try Store(home: scratch.folder)
        let late: JSONValue = ["records": [["seq": 1, "record": note]], "next_cursor": "c"]
        let sync = Task<Void, any Error> {
            while !Task.isCancelled { await Task.yield() }
            try await store.apply(late, etag: nil)
        }
        sync.cancel()
        do {
            try await sync.value
            XCTFail("it was stored")
        } catch is CancellationError {}
        let (live, cursor) = (await store.live, await store.setting("cursor"))
        XCTAssertEqual(live, [])
        XCTAssertNil(cursor)
    }
}
