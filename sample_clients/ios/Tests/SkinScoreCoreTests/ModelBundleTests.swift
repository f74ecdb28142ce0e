// Opening a bundle, the committed one and spoilt ones; versions.
import Foundation
import XCTest

@testable import SkinScoreCore

final class ModelBundleTests: XCTestCase {
    private func open(_ trust: Trust) throws -> ModelBundle {
        try ModelBundle.open(GoldenFiles.reference, trust)
    }

    func testTheCommittedBundleOpensWithTheDevelopmentKey() throws {
        #if canImport(CryptoKit)
            let bundle = try open(Trust(keys: Data(contentsOf: GoldenFiles.trustedKeys)))
        #else
            let keys = try JSONDecoder().decode([String: Data].self, from: Data(contentsOf: GoldenFiles.trustedKeys))
            let bundle = try open(Trust(keys: keys, runtime: [17, 0], holds: { _, _, _ in true }))
        #endif
        XCTAssertEqual(bundle.description.size, 224)
        XCTAssertEqual(bundle.description.attributes.count, 5)
        XCTAssertEqual(bundle.precision, "w8a16")
        XCTAssertTrue(
            FileManager.default.fileExists(atPath: bundle.package.appendingPathComponent("Manifest.json").path))
        XCTAssertEqual(bundle.description.heatScales.count, 5)
    }

    func testAnUnknownKeyOpensNothing() async throws {
        let trust = Trust(keys: [:], runtime: [17, 0], holds: { _, _, _ in true })
        let code = try await troubleCode { _ = try open(trust) }
        XCTAssertEqual(code, "unknown-key")
    }

    func testABundleWithAFileChangedOrMissingIsNotOpened() async throws {
        let scratch = try Scratch()
        let trust = Trust(keys: ["k": Data([1])], runtime: [17, 0], holds: { _, _, _ in true })
        let missing = try await troubleCode { _ = try ModelBundle.open(scratch.folder, trust) }
        XCTAssertEqual(missing, "missing")
        try SmallBundle(3).write(to: scratch.folder)
        XCTAssertEqual(try ModelBundle.open(scratch.folder, trust).offer.sequence, 3)
        try Data("{ }".utf8).write(to: scratch.folder.appendingPathComponent("m.mlpackage/Manifest.json"))
        let damaged = try await troubleCode { _ = try ModelBundle.open(scratch.folder, trust) }
        XCTAssertEqual(damaged, "damaged")
    }

    func testVersionsCompareNumberByNumber() throws {
        XCTAssertLessThan(try XCTUnwrap(Version("1.9.0")), try XCTUnwrap(Version("1.10.0")))
        XCTAssertLessThan(try XCTUnwrap(Version("17")), try XCTUnwrap(Version("17.0")))
        for wrong in ["", "1.", "1.x", "-1", "iOS 17"] { XCTAssertNil(Version(wrong), wrong) }
    }
}
