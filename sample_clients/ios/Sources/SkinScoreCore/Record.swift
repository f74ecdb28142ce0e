// The record on the wire: immutable, integers only, named by a UUID made here.
import Foundation

/// A score or a note, as it is sent and hashed.
public struct Record: Equatable, Sendable, Identifiable {
    public let value: JSONValue
    public let id: String

    /// Nil for JSON that has no id.
    public init?(_ value: JSONValue) {
        guard let id = value["id"]?.text else { return nil }
        self.value = value
        self.id = id
    }

    private init(id: String, fields: [String: JSONValue]) {
        var all = fields
        all["id"] = .string(id)
        self.value = .object(all)
        self.id = id
    }

    /// Two records are equal when their content hashes are: strings compare byte by byte.
    public static func == (one: Record, other: Record) -> Bool {
        one.value.canonical() == other.value.canonical()
    }

    public var isScore: Bool { value["kind"]?.text == "score" }
    public var capturedAt: String { value["captured_at"]?.text ?? "" }
    public var part: Int? { value["part"]?.whole }
    public var model: JSONValue { value["model"] ?? .null }

    /// One attribute's answer: `grade`, `balanced`, `expected_milli`, `probabilities_e4`.
    public func answer(_ attribute: String) -> JSONValue? {
        value["attributes"]?[attribute]
    }

    /// The same content under another id.
    func renamed(_ id: String) -> Record {
        Record(id: id, fields: value.fields)
    }

    /// A new score; `capturedAt` is RFC 3339 with an offset.
    public static func score(_ grading: Grading, of bundle: ModelBundle, capturedAt: String) -> Record {
        var attributes: [String: JSONValue] = [:]
        for one in grading.attributes where one.believed { attributes[one.key] = answer(one) }
        return Record(
            id: Ids.uuid7(),
            fields: [
                "kind": "score",
                "captured_at": .string(capturedAt),
                "part": .integer(grading.part),
                "attributes": .object(attributes),
                "model": bundle.model,
                "file_sha256": .string(bundle.modelSHA256),
                "app": .string(About.app),
            ])
    }

    /// A new note on a score; empty text takes the note away.
    public static func note(on scoreId: String, _ text: String) -> Record {
        Record(id: Ids.uuid7(), fields: ["kind": "note", "score_id": .string(scoreId), "text": .string(text)])
    }

    /// XOR of the first 8 bytes of all content hashes, 16 hex digits: equal on both sides, or something is lost.
    public static func fold(_ records: [Record]) -> String {
        var folded = [UInt8](repeating: 0, count: 8)
        for record in records {
            let digest = Hashing.sha256(record.value.canonical())
            for place in 0..<8 { folded[place] ^= digest[place] }
        }
        return Hashing.hex(folded)
    }

    private static func answer(_ one: Graded) -> JSONValue {
        // 16-bit softmax sums to 1 only nearly, and the server takes 0..4000.
        let milli = Int(min(4000, max(0, (Double(one.expected) * 1000).rounded(.toNearestOrEven))))
        return [
            "grade": .integer(one.grade),
            "balanced": .integer(one.balanced),
            "expected_milli": .integer(milli),
            "probabilities_e4": .array(tenThousandths(one.probabilities).map { JSONValue.integer($0) }),
        ]
    }

    /// Whole numbers that sum to 10,000; what rounding down leaves over goes to the largest remainders.
    static func tenThousandths(_ probabilities: [Float]) -> [Int] {
        let sum = probabilities.reduce(0.0) { $0 + Double($1) }
        let exact = probabilities.map { Double($0) / sum * 10_000 }
        var whole = exact.map { Int($0.rounded(.down)) }
        let order = exact.indices.sorted { one, other in
            let (first, second) = (exact[one] - Double(whole[one]), exact[other] - Double(whole[other]))
            return first == second ? one < other : first > second
        }
        let left = 10_000 - whole.reduce(0, +)
        for place in order.prefix(left) { whole[place] += 1 }
        return whole
    }
}

/// What this client calls itself.
public enum About {
    public static let version = "0.1.0"
    public static let app = "skinscore-ios \(version)"
    public static let platform = "ios"
    /// Characters that a note may have, the server's limit.
    public static let noteLength = 4000
}
