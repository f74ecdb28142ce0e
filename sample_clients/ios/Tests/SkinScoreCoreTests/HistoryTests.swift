// A history as a value: whatever happens to it, it is written down and read as it was.
import Foundation
import XCTest

@testable import SkinScoreCore

final class HistoryTests: XCTestCase {
    private func record(_ number: Int, _ text: String) throws -> Record {
        let id = "0190a000-0000-7000-8000-00000000000\(number)"
        return try XCTUnwrap(Record(["id": .string(id), "kind": "note", "score_id": "s", "text": .string(text)]))
    }

    func testAnyHistoryIsReadAsItWasWritten() throws {
        var history = History()
        for step in 0..<500 {
            let one = try record(Int.random(in: 0..<9), ["", "살 \u{0}", "e\u{301}", "\"\\"].randomElement() ?? "")
            switch step % 5 {
            case 0: history.add(one)
            case 1: history.delete(one.id)
            case 2:
                history.settle(["id": .string(one.id), "verdict": "created", "seq": .integer(step)], deleting: false)
            case 3: history.settle(["id": .string(one.id), "verdict": "invalid"], deleting: false)
            default:
                let page: JSONValue = [
                    "records": [["record": one.value, "seq": .integer(step)]], "next_cursor": .string("c\(step)"),
                ]
                history.apply(page, etag: "e")
            }
            XCTAssertEqual(try History(reading: history.written()), history)
        }
        XCTAssertFalse(history.rows.isEmpty)
    }

    func testTheNoteWithTheHighestNumberShowsAndOneStillUnsentAboveAll() throws {
        var history = History()
        let (early, late, waiting) = (try record(1, "sent last"), try record(2, "sent first"), try record(0, "waits"))
        let page: JSONValue = [
            "records": [["record": early.value, "seq": 9], ["record": late.value, "seq": 3]], "next_cursor": "c",
        ]
        history.apply(page, etag: nil)
        XCTAssertEqual(history.notes, ["s": "sent last"])
        history.add(waiting)
        XCTAssertEqual(history.notes, ["s": "waits"])
    }

    func testBothCopiesOfAConflictAreKeptAndOursIsQueuedUnderItsNewName() throws {
        var history = History()
        let (mine, theirs) = (try record(1, "mine"), try record(1, "theirs"))
        history.add(mine)
        history.settle(
            ["id": .string(mine.id), "verdict": "conflict", "record": theirs.value, "seq": 4], deleting: false)
        XCTAssertEqual(history.rows[mine.id]?.body, theirs)
        XCTAssertEqual(history.outbox, [Ids.secondId(mine)])
        XCTAssertEqual(history.live.count, 2)
    }

    func testAConflictBringsNothingBackThatWasDeletedAndTheDeleteIsStillSent() throws {
        let (mine, theirs) = (try record(1, "mine"), try record(1, "theirs"))
        let conflict: JSONValue = [
            "id": .string(mine.id), "verdict": "conflict", "record": theirs.value, "seq": 4,
        ]
        for deleting in [true, false] {
            var history = History()
            history.add(mine)
            history.delete(mine.id)
            history.settle(conflict, deleting: deleting)
            XCTAssertEqual(history.live, [])
            XCTAssertEqual(history.unsent(9).deletes, [mine.id])
        }
    }

    /// A history with one record, which the server refused for a full account.
    private func refused(_ one: Record) -> History {
        var history = History()
        history.add(one)
        let full: JSONValue = ["type": "urn:skinscore:problem:quota-exceeded"]
        history.settle(["id": .string(one.id), "verdict": "invalid", "problem": full], deleting: false)
        return history
    }

    func testARefusedRecordThatIsDeletedIsRefusedNoLonger() throws {
        let one = try record(1, "full")
        var (here, elsewhere) = (refused(one), refused(one))
        here.delete(one.id)
        elsewhere.apply(["tombstones": [["id": .string(one.id)]], "next_cursor": "c"], etag: nil)
        for var history in [here, elsewhere] {
            let waiting = history.outbox
            history.tryAgain("quota-exceeded")
            XCTAssertEqual(history.parked, [:])
            XCTAssertEqual(history.outbox, waiting)
            XCTAssertEqual(history.live, [])
        }
    }

    func testARefusedRecordThatCameThroughFromElsewhereCountsAgain() throws {
        let one = try record(1, "full")
        var history = refused(one)
        history.apply(["records": [["record": one.value, "seq": 3]], "next_cursor": "c"], etag: nil)
        XCTAssertEqual(history.parked, [:])
        XCTAssertEqual(history.live, [one])
    }
}
