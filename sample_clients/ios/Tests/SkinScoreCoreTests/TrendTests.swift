// The trend worked out on the device, held to what the server answered; and the moments that it goes by.
import Foundation
import XCTest

@testable import SkinScoreCore

final class TrendTests: XCTestCase {
    private let now = Date(timeIntervalSince1970: 1_793_000_000)  // October 2026

    private func steps() throws -> [JSONValue] {
        try GoldenFiles.conversation("trend")["steps"]?.items ?? []
    }

    private func written(_ bucket: Trend.Bucket) -> JSONValue {
        [
            "bucket": .string(bucket.bucket), "count": .integer(bucket.count),
            "expected_milli": [
                "min": .integer(bucket.min), "mean": .integer(bucket.mean), "max": .integer(bucket.max),
            ],
            "suspect_clock": .integer(bucket.suspectClock), "not_learned": .integer(bucket.notLearned),
        ]
    }

    private func written(_ change: Trend.ModelChange) -> JSONValue {
        [
            "captured_at": .string(change.capturedAt), "bucket": .string(change.bucket), "from": change.from,
            "to": change.to,
        ]
    }

    func testEveryGoldenTrendIsWhatTheServerGave() throws {
        let steps = try steps()
        let records = steps.compactMap { $0["record"].flatMap { Record($0) } }
        let bundle = try XCTUnwrap(steps.compactMap { $0["bundle"] }.first)
        let learned = (bundle["graded_parts"]?["oil"]?.items ?? []).compactMap { $0.whole }
        let asked = steps.filter { $0["do"]?.text == "trend" && $0["answer"]?["buckets"] != nil }
        XCTAssertGreaterThanOrEqual(asked.count, 4)
        for step in asked {
            let size = step["query"]?["bucket"]?.text.flatMap { Trend.BucketSize(rawValue: $0) } ?? .day
            let trend = Trend(
                records, attribute: step["query"]?["attribute"]?.text ?? "", part: step["query"]?["part"]?.whole,
                by: size,
                now: now
            ) { model in model["version"] == bundle["version"] ? learned : nil }
            XCTAssertEqual(.array(trend.buckets.map { written($0) }), step["answer"]?["buckets"])
            XCTAssertEqual(.array(trend.modelChanges.map { written($0) }), step["answer"]?["model_changes"])
        }
    }

    func testNotesAndOtherAttributesAreLeftOut() throws {
        let records = try steps().compactMap { $0["record"].flatMap { Record($0) } }
        XCTAssertEqual(Trend(records, attribute: "hydration", now: now).buckets, [])
        XCTAssertEqual(Trend([Record.note(on: records[0].id, "x")], attribute: "oil", now: now).buckets, [])
    }
}

final class MomentTests: XCTestCase {
    func testTheDayIsTheOneOnTheWallAndTheInstantIsNot() throws {
        let east = try XCTUnwrap(Moment("2025-12-29T00:10:00+14:00"))
        XCTAssertEqual(east.day, "2025-12-29")
        XCTAssertEqual(east.instant, 1_766_916_600)
        XCTAssertEqual(Moment("2025-12-28T10:10:00Z")?.instant, east.instant)
        XCTAssertEqual(Moment("2026-05-04T08:30:00.250-00:30")?.instant, 1_777_885_200.25)
    }

    /// From Python's `date.isocalendar()`.
    func testWeeksAreThoseOfISO8601() {
        let known = [
            "2025-12-29": "2026-W01", "2026-01-04": "2026-W01", "2026-01-05": "2026-W02", "2027-01-03": "2026-W53",
            "2024-12-30": "2025-W01", "2021-01-03": "2020-W53", "2020-02-29": "2020-W09", "2999-01-01": "2999-W01",
        ]
        for (day, week) in known { XCTAssertEqual(Moment("\(day)T12:00:00Z")?.week, week, day) }
    }

    func testWhatIsNoMomentIsNotTaken() {
        let wrong = [
            "", "2026-05-04", "2026-05-04T08:30:00", "2026-05-04 08:30:00Z", "2026-02-30T08:30:00Z",
            "2026-05-04T08:30Z",
            "2026-05-04T24:00:00Z", "2026-05-04T08:30:00+24:00", "2026-05-04T08:30:00-09:60",
            "2026-05-04T25:30:00Z", "2026-05-04T08:30:00+0900", "2026-05-04T08:30:00.Z", "2026-05-04T08:30:00Zx",
        ]
        for text in wrong { XCTAssertNil(Moment(text), text) }
    }

    func testNowIsWrittenWithTheOffsetOfThePlace() throws {
        let date = Date(timeIntervalSince1970: 1_777_851_000)
        let seoul = try XCTUnwrap(TimeZone(secondsFromGMT: 9 * 3600))
        XCTAssertEqual(Moment.now(date, in: seoul), "2026-05-04T08:30:00+09:00")
        XCTAssertEqual(Moment(Moment.now(date))?.instant, 1_777_851_000)
    }
}
