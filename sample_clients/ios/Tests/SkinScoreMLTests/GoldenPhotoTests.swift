// The committed Core ML file on a Mac or a phone: its golden photos must give its golden answers.
#if canImport(CoreML)
    import Foundation
    import SkinScoreCore
    import XCTest

    @testable import SkinScoreML

    final class GoldenPhotoTests: XCTestCase {
        private static let repository: URL = {
            var place = URL(fileURLWithPath: #filePath)
            for _ in 0..<5 { place.deleteLastPathComponent() }
            return place
        }()

        private func bundle() throws -> ModelBundle {
            let keys = GoldenPhotoTests.repository.appendingPathComponent("sample_clients/python/trusted_keys.json")
            let folder = GoldenPhotoTests.repository.appendingPathComponent("mobile_export/reference")
            return try ModelBundle.open(folder, Trust(keys: Data(contentsOf: keys)))
        }

        private func check(_ compute: Compute) async throws -> Int {
            let bundle = try bundle()
            let home = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: home) }
            let grade = try await OnThisPhone.grading(home: home, compute: { compute })(bundle)
            return try await Golden.read(Data(contentsOf: bundle.goldenFile)).check(bundle.precision, grade)
        }

        func testEveryGoldenPhotoIsGradedAsWrittenOnTheCPU() async throws {
            let count = try await check(.background)
            XCTAssertGreaterThanOrEqual(count, 12)
        }

        func testEveryGoldenPhotoIsGradedAsWrittenOnAnyUnit() async throws {
            let count = try await check(.foreground)
            XCTAssertGreaterThanOrEqual(count, 12)
        }

        func testAFileThatIsNoPhotoIsRefused() {
            XCTAssertThrowsError(try Photo.decode(Data("no photo".utf8))) {
                XCTAssertEqual(($0 as? Trouble)?.code, "photo-unreadable")
            }
        }

        func testTheSquareSentToTheServerIsLossless() throws {
            let pixels = (0..<(32 * 32 * 3)).map { UInt8(truncatingIfNeeded: $0 * 31) }
            let decoded = try Photo.decode(Pictures.png(pixels, 32))
            XCTAssertEqual(try decoded.modelInput(32), pixels)
        }
    }
#endif
