// What a bundle must prove on a device, held to golden.json.
import Foundation
import XCTest

@testable import SkinScoreCore

final class SelfTestTests: XCTestCase {
    private let precision = "w8a16"

    private func golden() throws -> Golden {
        try Golden.read(GoldenFiles.bundleFile("golden.json"))
    }

    /// A grading that says exactly what is written for a photo. Each map is one spot, or two, whose centre is the
    /// written one.
    private func grading(_ photo: Golden.Photo, _ change: (inout Golden.Answers) -> Void = { _ in }) throws -> Grading {
        var wanted = try XCTUnwrap(photo.outputs[precision])
        change(&wanted)
        let bundle = try madeBundle()
        let heat = try (wanted.heat ?? []).flatMap { try map($0) }
        let outputs = Outputs(
            probabilities: wanted.grades.flatMap { sharp($0) }, utilities: wanted.balanced.flatMap { sharp($0) },
            expected: wanted.expected.map { Float($0) }, heatmaps: heat,
            quality: (wanted.quality ?? []).map { Float($0) })
        let pixels = try PNGFile(photo.png).pixels.modelInput(bundle.description.size)
        return try Grading(outputs, of: bundle.description, pixels: pixels, part: 0)
    }

    private func sharp(_ grade: Int) -> [Float] {
        (0..<5).map { $0 == grade ? 1 : 0 }
    }

    /// A 7 x 7 map whose positive part has this centre: bilinear weights of the four places around it.
    private func map(_ centre: [Double]?) throws -> [Float] {
        var map = [Float](repeating: -1, count: 49)
        guard let centre else { return map }
        for (row, down) in weights(centre[0]) {
            for (column, right) in weights(centre[1]) { map[row * 7 + column] = Float(down * right) }
        }
        return map
    }

    private func weights(_ place: Double) -> [(Int, Double)] {
        let exact = place * 7 - 0.5
        let low = min(5, max(0, Int(exact)))
        return [(low, 1 - (exact - Double(low))), (low + 1, exact - Double(low))]
    }

    func testEveryGoldenAnswerIsTaken() async throws {
        let golden = try golden()
        XCTAssertGreaterThanOrEqual(golden.photos.count, 12)
        let answers = try golden.photos.map { (photo: $0.png, grading: try grading($0)) }
        let known = Dictionary(uniqueKeysWithValues: answers.map { ($0.photo, $0.grading) })
        let count = try await golden.check(precision) { photo, _ in
            guard let grading = known[photo] else { throw Trouble("test", "another photo") }
            return grading
        }
        XCTAssertEqual(count, golden.photos.count)
    }

    func testEveryWrongAnswerIsNoticed() throws {
        let golden = try golden()
        let photo = golden.photos[0]
        let changes: [(String, (inout Golden.Answers) -> Void)] = [
            ("other grades", { $0 = $0.changing(grades: $0.grades.map { 4 - $0 }) }),
            ("other balanced grades", { $0 = $0.changing(balanced: $0.balanced.map { 4 - $0 }) }),
            ("other expected grades", { $0 = $0.changing(expected: $0.expected.map { $0 + 0.021 }) }),
            ("other quality figures", { $0 = $0.changing(quality: ($0.quality ?? []).map { $0 * 1.02 + 1e-5 }) }),
            ("heat elsewhere", { $0 = $0.changing(heat: ($0.heat ?? []).map { _ in [0.1, 0.1] }) }),
            ("heat elsewhere", { $0 = $0.changing(heat: ($0.heat ?? []).map { _ in nil }) }),
        ]
        for (fault, change) in changes {
            XCTAssertEqual(golden.fault(try grading(photo, change), photo, precision), fault)
        }
        XCTAssertEqual(golden.fault(try grading(golden.photos[1]), photo, precision), "other input bytes")
        XCTAssertEqual(golden.fault(try grading(photo), photo, "w3"), "no golden answers for w3")
        XCTAssertNil(golden.fault(try grading(photo), photo, precision))
    }

    func testAPrecisionWithoutAToleranceOfItsHeatIsNotTakenUnseen() throws {
        let golden = try golden()
        let strict = Golden(
            photos: golden.photos, toleranceExpected: golden.toleranceExpected, toleranceHeat: [:],
            toleranceQuality: golden.toleranceQuality)
        let moved = try grading(golden.photos[0]) { $0 = $0.changing(heat: ($0.heat ?? []).map { _ in [0.1, 0.1] }) }
        XCTAssertEqual(strict.fault(moved, golden.photos[0], precision), "heat elsewhere")
    }

    func testAModelWithoutAGoldenPhotoIsNotProven() async throws {
        let empty = try Golden.read(Data(#"{"photos": [], "tolerance_expected": {}}"#.utf8))
        let code = try await troubleCode { try await empty.check(precision) { _, _ in throw Trouble("test", "") } }
        XCTAssertEqual(code, "wrong-answers")
    }

    func testAModelThatFailsIsOneThatDoesNotRun() async throws {
        let golden = try golden()
        let code = try await troubleCode {
            try await golden.check(precision) { _, _ in throw Trouble("anything", "") }
        }
        XCTAssertEqual(code, "does-not-run")
    }
}

extension Golden.Answers {
    fileprivate func changing(
        grades: [Int]? = nil, balanced: [Int]? = nil, expected: [Double]? = nil, quality: [Double]? = nil,
        heat: [[Double]?]? = nil
    ) -> Golden.Answers {
        Golden.Answers(
            grades: grades ?? self.grades, balanced: balanced ?? self.balanced, expected: expected ?? self.expected,
            quality: quality ?? self.quality, heat: heat ?? self.heat)
    }
}
