// Grades, ranges, advice, records and heat maps from the model's numbers.
import Foundation
import XCTest

@testable import SkinScoreCore

/// Numbers as a model might give them, for a bundle with five attributes and 7 x 7 maps.
func madeOutputs(expected: Float = 2, probabilities: [Float] = [0.05, 0.15, 0.5, 0.25, 0.05]) -> Outputs {
    Outputs(
        probabilities: [[Float]](repeating: probabilities, count: 5).flatMap { $0 },
        utilities: [[Float]](repeating: [0, 0, 0, 1, 0], count: 5).flatMap { $0 },
        expected: [Float](repeating: expected, count: 5),
        heatmaps: (0..<245).map { Float($0 % 49) - 24 },
        quality: [0.5, 0, 0.01])
}

/// The committed description, as if it were a bundle on disk.
func madeBundle(changing change: (inout [String: JSONValue]) -> Void = { _ in }) throws -> ModelBundle {
    var fields = try JSONValue.parse(GoldenFiles.bundleFile("bundle.json")).fields
    change(&fields)
    let raw = JSONValue.object(fields).canonical()
    let offer = try JSONDecoder().decode(Offer.self, from: raw)
    let description = try JSONDecoder().decode(BundleDescription.self, from: raw)
    return try ModelBundle(offer, description, in: GoldenFiles.reference, sha256: Hashing.sha256Hex(raw))
}

final class ScoringTests: XCTestCase {
    func testTheRangeHoldsTheMostLikelyGradeAndWidensWithQ() {
        let probabilities: [Float] = [0.05, 0.15, 0.5, 0.25, 0.05]
        XCTAssertTrue(Scoring.plausible(probabilities, 0) == (2, 2))
        XCTAssertTrue(Scoring.plausible(probabilities, 0.6) == (2, 3))
        XCTAssertTrue(Scoring.plausible(probabilities, 9) == (0, 4))
    }

    func testTheFirstOfEqualGradesIsTaken() {
        XCTAssertEqual(Scoring.largest([0.1, 0.4, 0.4, 0.1]), 1)
    }

    func testEachWayInWhichAPhotoIsPoorHasItsAdvice() {
        let gate = BundleDescription.QualityGate(luma: [0.2, 0.9], clipped: 0.1, sharpness: 0.001)
        func asked(_ luma: Double, _ clipped: Double, _ sharpness: Double) -> [Advice] {
            Scoring.advice(gate, Quality(luma: luma, clipped: clipped, sharpness: sharpness))
        }
        XCTAssertEqual(asked(0.5, 0, 0.01), [])
        XCTAssertEqual(asked(0.1, 0.2, 0), [.tooDark, .clipped, .blurred])
        XCTAssertEqual(asked(0.95, 0, 0.01), [.tooBright])
    }

    func testAGradingReadsTheOutputsInTheBundlesOrder() throws {
        let bundle = try madeBundle()
        let grading = try Grading(madeOutputs(), of: bundle.description, pixels: [1, 2, 3], part: 1)
        XCTAssertEqual(
            grading.attributes.map { $0.key }, ["oil", "hydration", "wrinkle", "pigmentation", "sensitivity"])
        XCTAssertEqual(grading.attributes.map { $0.grade }, [2, 2, 2, 2, 2])
        XCTAssertEqual(grading.attributes.map { $0.balanced }, [3, 3, 3, 3, 3])
        XCTAssertEqual(grading.attributes[4].heat.count, 49)
        XCTAssertEqual(grading.inputSHA256, Hashing.sha256Hex(Data([1, 2, 3])))
        XCTAssertEqual(grading.advice, [])
    }

    func testOutputsThatAreNotWhatTheBundleSaysAreRefused() throws {
        let bundle = try madeBundle()
        let wrong = [
            madeOutputs(expected: Float.nan), madeOutputs(probabilities: [1]),
            Outputs(probabilities: [], utilities: [], expected: [], heatmaps: [], quality: []),
        ]
        for outputs in wrong {
            XCTAssertThrowsError(try Grading(outputs, of: bundle.description, pixels: [], part: 0)) {
                XCTAssertEqual(($0 as? Trouble)?.code, "does-not-run")
            }
        }
    }
}

final class RecordTests: XCTestCase {
    private let moment = "2026-05-04T08:30:00+09:00"

    func testARecordHoldsWholeNumbersAndOnlyWhatTheModelWasTaught() throws {
        let bundle = try madeBundle { $0["graded_parts"] = ["oil": [2], "wrinkle": [0, 1]] }
        let grading = try Grading(madeOutputs(expected: 1.2344), of: bundle.description, pixels: [], part: 0)
        let record = Record.score(grading, of: bundle, capturedAt: moment)
        XCTAssertEqual(Array(record.value["attributes"]?.fields.keys ?? [:].keys), ["wrinkle"])
        let wanted: JSONValue = [
            "grade": 2, "balanced": 3, "expected_milli": 1234, "probabilities_e4": [500, 1500, 5000, 2500, 500],
        ]
        XCTAssertEqual(record.answer("wrinkle"), wanted)
        XCTAssertEqual(record.capturedAt, moment)
        XCTAssertEqual(record.model, bundle.model)
        XCTAssertEqual(record.value["app"]?.text, "skinscore-ios 0.1.0")
    }

    func testTheFileNamedInARecordIsTheOneWithTheWeights() throws {
        let bundle = try madeBundle()
        let parts = try bundle.offer.phoneFile().parts
        let weights = try XCTUnwrap(parts.first { $0.path.hasSuffix("weight.bin") })
        XCTAssertEqual(bundle.modelSHA256, weights.sha256)
    }

    func testAnExpectedGradeOutsideTheScaleIsKeptInside() throws {
        let bundle = try madeBundle()
        for (expected, milli) in [(Float(4.002), 4000), (Float(-0.001), 0)] {
            let grading = try Grading(madeOutputs(expected: expected), of: bundle.description, pixels: [], part: 0)
            let record = Record.score(grading, of: bundle, capturedAt: moment)
            XCTAssertEqual(record.answer("oil")?["expected_milli"]?.whole, milli)
        }
    }

    func testTenThousandthsSumToTenThousandTheLargestRemaindersFirst() {
        XCTAssertEqual(Record.tenThousandths([1, 1, 1]), [3334, 3333, 3333])
        XCTAssertEqual(Record.tenThousandths([0.00005, 0.99995]).reduce(0, +), 10_000)
    }

    func testANoteNamesItsScoreAndAnIdIsNeeded() {
        let note = Record.note(on: "s", "살")
        XCTAssertEqual(note.value["score_id"]?.text, "s")
        XCTAssertEqual(note.value["kind"]?.text, "note")
        XCTAssertNil(Record(["kind": "note"]))
    }
}

final class HeatTests: XCTestCase {
    /// The first rows of Pillow's `Image.fromarray(np.eye(3)).resize((5, 5), BICUBIC)`.
    private let pillow: [Float] = [
        1.162335, 0.668403, -0.075472, -0.078006, 0.005696, 0.668403, 0.579973, 0.395522, 0.098296, -0.078006,
    ]

    func testAMapGrowsAsInThePythonClient() {
        let found = Heat.grown([1, 0, 0, 0, 1, 0, 0, 0, 1], 5)
        XCTAssertEqual(found.count, 25)
        for (place, wanted) in pillow.enumerated() { XCTAssertEqual(found[place], wanted, accuracy: 1e-5) }
    }

    func testALayerIsOrangeUpPurpleDownClearAtNothingMostOpaqueAtItsScale() {
        func at(_ value: Float) -> [UInt8] {
            Heat.layer([Float](repeating: value, count: 49), scale: 2, side: 1)
        }
        XCTAssertEqual(at(2), [0xE6, 0x61, 0, 191])
        XCTAssertEqual(at(-9), [0x5D, 0x3A, 0x9B, 191])
        XCTAssertEqual(at(0)[3], 0)
        XCTAssertEqual(at(1)[3], 96)
    }

    func testTheCentreOfAMapIsThatOfItsPositivePart() {
        XCTAssertEqual(Heat.centre([0, 0, -5, 2]), [0.75, 0.75])
        XCTAssertNil(Heat.centre([-1, -1, -1, -1]))
    }
}
