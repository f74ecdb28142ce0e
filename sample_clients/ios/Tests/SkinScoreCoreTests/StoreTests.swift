// The history on disk.
import Foundation
import XCTest

@testable import SkinScoreCore

final class StoreTests: XCTestCase {
    private func record(_ id: String, _ kind: String = "score") throws -> Record {
        try XCTUnwrap(Record(["id": .string(id), "kind": .string(kind), "app": "x"]))
    }

    private func page(_ records: [(Record, Int)], deleted: [String] = []) -> JSONValue {
        [
            "records": .array(records.map { ["seq": .integer($0.1), "record": $0.0.value] }),
            "tombstones": .array(deleted.map { ["id": .string($0)] }), "next_cursor": "c", "head": ["count": 1],
        ]
    }

    func testWhatIsReportedAsSavedIsThereAfterARestart() async throws {
        let scratch = try Scratch()
        let store = try Store(home: scratch.folder)
        try await store.add(record("a"))
        try await store.add(record("b"))
        try await store.delete("a")
        try await store.set(["x": "살"])
        let again = try Store(home: scratch.folder)
        let (live, waiting, setting) = (await again.live, await again.unsent(200), await again.setting("x"))
        XCTAssertEqual(live.map { $0.id }, ["b"])
        XCTAssertEqual(waiting.records.map { $0.id }, ["b"])
        XCTAssertEqual(waiting.deletes, ["a"])
        XCTAssertEqual(setting, "살")
    }

    func testADamagedHistoryIsRefusedAndLeftAsItIs() async throws {
        let scratch = try Scratch()
        let file = scratch.folder.appendingPathComponent("history.json")
        let rest = #""outbox": [], "parked": {}, "settings": {}"#
        let damages = [
            "", "{", #"{"schema": 2}"#, #"{"schema": 1}"#, #"{"schema": 1, "records": {"a": {"body": 7}}, \#(rest)}"#,
            #"{"schema": 1, "records": {"a": {}}, \#(rest)}"#,
        ]
        for damaged in damages {
            try Data(damaged.utf8).write(to: file)
            let code = try await troubleCode { _ = try Store(home: scratch.folder) }
            XCTAssertEqual(code, "history-damaged")
            XCTAssertEqual(try Data(contentsOf: file), Data(damaged.utf8))
        }
    }

    func testAWriteThatFailsChangesNothing() async throws {
        let scratch = try Scratch()
        let home = scratch.folder.appendingPathComponent("home")
        let store = try Store(home: home)
        try await store.add(record("a"))
        try FileManager.default.removeItem(at: home)
        try Data().write(to: home)  // no folder any more: nothing can be written there
        let one = try record("b")
        do {
            try await store.add(one)
            XCTFail("it reported a record as saved")
        } catch {
            let live = await store.live
            XCTAssertEqual(live.map { $0.id }, ["a"])
        }
    }

    func testADeletionThatCameWhileItsRecordWasPushedIsStillSent() async throws {
        let scratch = try Scratch()
        let store = try Store(home: scratch.folder)
        try await store.add(record("a"))
        try await store.delete("a")
        try await store.settle([["id": "a", "verdict": "created", "seq": 1]], records: 1)
        let waiting = await store.unsent(200)
        XCTAssertEqual(waiting.deletes, ["a"])
    }

    func testADeletionThatWaitsIsNotUndoneByAPage() async throws {
        let scratch = try Scratch()
        let store = try Store(home: scratch.folder)
        try await store.delete("a")
        try await store.apply(page([(record("a"), 1)]), etag: nil)
        let (live, waiting) = (await store.live, await store.unsent(200))
        XCTAssertEqual(live, [])
        XCTAssertEqual(waiting.deletes, ["a"])
    }

    func testAFullListingThatLacksATombstoneGetsItAgainEvenWhereItListsTheRecord() async throws {
        let scratch = try Scratch()
        let store = try Store(home: scratch.folder)
        try await store.apply(page([(record("a"), 1), (record("b"), 2)], deleted: ["c"]), etag: "e")
        try await store.apply(page([], deleted: ["b"]), etag: "e")
        try await store.queueMissing(live: ["a", "b"], deleted: ["c"])
        let waiting = await store.unsent(200)
        XCTAssertEqual(waiting.deletes, ["b"])
        XCTAssertEqual(waiting.records, [])
    }

    func testWhatWasRefusedForAFullAccountIsTriedAgain() async throws {
        let scratch = try Scratch()
        let store = try Store(home: scratch.folder)
        for id in ["a", "b"] { try await store.add(record(id)) }
        let full: JSONValue = ["type": "urn:skinscore:problem:quota-exceeded"]
        try await store.settle(
            [["id": "a", "verdict": "invalid", "problem": full], ["id": "b", "verdict": "invalid"]], records: 2)
        try await store.tryAgain("quota-exceeded")
        let (waiting, parked) = (await store.unsent(200), await store.parked)
        XCTAssertEqual(waiting.records.map { $0.id }, ["a"])
        XCTAssertEqual(Array(parked.keys), ["b"])
    }

    func testErasingLeavesNothingOfAPersonAndEverythingOfTheDevice() async throws {
        let scratch = try Scratch()
        let store = try Store(home: scratch.folder)
        try await store.add(record("a"))
        try await store.set(["account": "me", "email": "me@example.org", "cursor": "c", "channel_sequence": "7"])
        let interrupted = scratch.folder.appendingPathComponent(".history.json.unfinished")
        try Data("me@example.org".utf8).write(to: interrupted)  // by a process that was killed
        try await store.erase()
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path), ["history.json"])
        let file = try String(
            decoding: Data(contentsOf: scratch.folder.appendingPathComponent("history.json")), as: UTF8.self)
        XCTAssertFalse(file.contains("me@example.org"))
        let (live, sequence) = (await store.live, await store.setting("channel_sequence"))
        XCTAssertEqual(live, [])
        XCTAssertEqual(sequence, "7")
    }

    func testABatchStaysBelowTheServersLimit() throws {
        let long = String(repeating: "가", count: 100_000)  // 300,000 bytes
        let records = try (0..<5).map { try XCTUnwrap(Record(["id": .string("\($0)"), "text": .string(long)])) }
        XCTAssertEqual(Push.fitting(records).count, 2)
        XCTAssertEqual(Push.fitting(Array(records[..<1])).count, 1)
    }
}
