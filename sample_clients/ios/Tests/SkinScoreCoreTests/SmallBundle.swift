// A bundle that a test writes in a moment.
import Foundation
import XCTest

@testable import SkinScoreCore

/// A small bundle: the committed description with tiny files. Signatures are taken to hold unless they say otherwise.
struct SmallBundle {
    let raw: Data
    let parts: [String: Data]
    var sha256: String { Hashing.sha256Hex(raw) }

    static let signature = Data(#"{"key_id": "k", "signature": "c2lnbmVk"}"#.utf8)

    /// One golden photo, black whatever its file says, with the answers of `madeOutputs`.
    static let onePhoto: JSONValue = {
        let five = { (answer: Int) in JSONValue.array([JSONValue](repeating: .integer(answer), count: 5)) }
        let answers: JSONValue = ["grades": five(2), "balanced": five(3), "expected": five(2)]
        let photo: JSONValue = [
            "png": "", "input_sha256": .string(Hashing.sha256Hex(Data(black))), "outputs": ["w8a16": answers],
        ]
        return ["photos": [photo], "tolerance_expected": ["w8a16": .number(0.02)]]
    }()
    static let black = [UInt8](repeating: 0, count: 3 * 224 * 224)

    /// Grades as `onePhoto` wants it.
    static let grading: MakeGrade = { _ in
        { _, part in try Grading(madeOutputs(), of: madeBundle().description, pixels: black, part: part) }
    }

    init(
        _ sequence: Int, golden: JSONValue = SmallBundle.onePhoto,
        changing change: (inout [String: JSONValue]) -> Void = { _ in }
    ) throws {
        let weights = Data((0..<5000).map { UInt8(truncatingIfNeeded: $0 * sequence) })
        parts = [
            "m.mlpackage/Data/weight.bin": weights, "m.mlpackage/Manifest.json": Data("{}".utf8),
            "golden.json": golden.canonical(),
        ]
        var fields = try JSONValue.parse(GoldenFiles.bundleFile("bundle.json")).fields
        let listed = parts.mapValues { bytes -> [String: JSONValue] in
            ["bytes": .integer(bytes.count), "sha256": .string(Hashing.sha256Hex(bytes))]
        }
        let files = listed.keys.sorted().filter { $0 != "golden.json" }
        let file: [String: JSONValue] = [
            "format": "coreml", "backend": "coreml", "precision": "w8a16", "min_runtime": "iOS 17",
            "parts": .array(files.map { .object(listed[$0]!.merging(["path": .string($0)]) { own, _ in own }) }),
        ]
        fields["files"] = .array([.object(file)])
        fields["golden"] = .object(listed["golden.json"]!.merging(["path": "golden.json"]) { own, _ in own })
        fields["sequence"] = .integer(sequence)
        fields["version"] = .string("0.0.\(sequence)")
        change(&fields)
        raw = JSONValue.object(fields).canonical()
    }

    func write(to folder: URL) throws {
        for (path, bytes) in parts { try Files.writeAtomically(bytes, to: folder.appendingPathComponent(path)) }
        try Files.writeAtomically(raw, to: folder.appendingPathComponent("bundle.json"))
        try Files.writeAtomically(SmallBundle.signature, to: folder.appendingPathComponent("bundle.sig"))
    }
}
