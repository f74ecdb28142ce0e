// One attribute over time, from the history on this device, so that it works offline; the same figures as the server's
// `/v1/scores/trend`. Buckets go by the date on the wall where the photo was taken. Where another model takes over,
// grades may step for that reason alone.
import Foundation

public struct Trend: Equatable, Sendable {
    public enum BucketSize: String, Sendable, CaseIterable, Identifiable {
        case day, week, month
        public var id: String { rawValue }
    }

    /// Expected grades in thousandths.
    public struct Bucket: Equatable, Sendable, Identifiable {
        public let bucket: String
        public let count: Int
        public let min: Int
        public let mean: Int
        public let max: Int
        public let suspectClock: Int
        public let notLearned: Int
        public var id: String { bucket }
    }

    public struct ModelChange: Equatable, Sendable {
        public let capturedAt: String
        public let bucket: String
        public let from: JSONValue
        public let to: JSONValue
    }

    public let buckets: [Bucket]
    public let modelChanges: [ModelChange]

    static let ahead = 86_400.0  // s that a phone's clock may run ahead

    /// `learned` gives the parts that a model learned for the attribute; nil when that model is not known here.
    public init(
        _ records: [Record], attribute: String, part: Int? = nil, by size: BucketSize = .day, now: Date = Date(),
        learned: (JSONValue) -> [Int]? = { _ in nil }
    ) {
        let points = records.compactMap { Point($0, attribute, size, now, learned) }
            .filter { part == nil || part == $0.part }
            .sorted { $0.instant < $1.instant }
        let groups = Dictionary(grouping: points) { $0.bucket }
        buckets = groups.keys.sorted().map { Bucket($0, groups[$0] ?? []) }
        modelChanges = Trend.changes(points.filter { !$0.suspect })
    }

    private static func changes(_ points: [Point]) -> [ModelChange] {
        zip(points, points.dropFirst()).compactMap { before, after in
            if before.model == after.model { return nil }
            return ModelChange(
                capturedAt: after.capturedAt, bucket: after.bucket, from: before.model, to: after.model)
        }
    }
}

/// One score of the trend.
private struct Point {
    let bucket: String
    let capturedAt: String
    let instant: Double
    let milli: Int
    let part: Int?
    let model: JSONValue
    let suspect: Bool
    let notLearned: Bool

    init?(
        _ record: Record, _ attribute: String, _ size: Trend.BucketSize, _ now: Date, _ learned: (JSONValue) -> [Int]?
    ) {
        guard record.isScore, let milli = record.answer(attribute)?["expected_milli"]?.whole,
            let moment = Moment(record.capturedAt)
        else { return nil }
        self.milli = milli
        bucket = Point.bucket(moment, size)
        capturedAt = record.capturedAt
        instant = moment.instant
        part = record.part
        model = record.model
        // Before 1970, or a day and more ahead of now: such a clock cannot have been right.
        suspect = moment.instant < 0 || moment.instant > now.timeIntervalSince1970 + Trend.ahead
        let parts = learned(record.model)
        notLearned = parts.map { !$0.contains(record.part ?? -1) } ?? false
    }

    /// `2026-05-04`, `2026-W19` or `2026-05`.
    private static func bucket(_ moment: Moment, _ size: Trend.BucketSize) -> String {
        switch size {
        case .day: return moment.day
        case .week: return moment.week
        case .month: return String(moment.day.prefix(7))
        }
    }
}

extension Trend.Bucket {
    fileprivate init(_ name: String, _ points: [Point]) {
        let values = points.map { $0.milli }
        let sum = values.reduce(0, +)
        bucket = name
        count = values.count
        min = values.min() ?? 0
        max = values.max() ?? 0
        mean = (2 * sum + values.count) / (2 * values.count)  // rounded, halves up
        suspectClock = points.filter { $0.suspect }.count
        notLearned = points.filter { $0.notLearned }.count
    }
}
