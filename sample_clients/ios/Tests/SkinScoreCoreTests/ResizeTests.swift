// The exact resize and turning upright, held to golden.json.
import Foundation
import XCTest

@testable import SkinScoreCore

final class ResizeTests: XCTestCase {
    private struct Vectors: Decodable {
        struct Case: Decodable {
            let height: Int
            let width: Int
            let seed: Int
            let size: Int
            let sha256: String
        }

        struct Photo: Decodable {
            let png: Data
            let height: Int
            let width: Int
            let input_sha256: String
        }

        let size: Int
        let resize: [Case]
        let photos: [Photo]
    }

    private func vectors() throws -> Vectors {
        try JSONDecoder().decode(Vectors.self, from: GoldenFiles.bundleFile("golden.json"))
    }

    /// Pixels that any language can compute; a fourth channel is of no account.
    private func made(_ one: Vectors.Case, channels: Int) throws -> Pixels {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(one.width * one.height * channels)
        for y in 0..<one.height {
            for x in 0..<one.width {
                for c in 0..<channels {
                    let value = 3 * x * x + 5 * y * y + 7 * x * y + 91 * c + 17 * one.seed
                    bytes.append(UInt8(truncatingIfNeeded: value))
                }
            }
        }
        return try Pixels(width: one.width, height: one.height, channels: channels, bytes: bytes)
    }

    func testEveryGoldenResizeGivesTheWrittenBytes() throws {
        let cases = try vectors().resize
        XCTAssertGreaterThanOrEqual(cases.count, 16)
        for one in cases {
            let found = try made(one, channels: 3).modelInput(one.size)
            XCTAssertEqual(Hashing.sha256Hex(Data(found)), one.sha256, "\(one.width) x \(one.height) to \(one.size)")
        }
    }

    func testAFourthChannelChangesNothing() throws {
        let one = try vectors().resize[8]
        let found = try made(one, channels: 4).modelInput(one.size)
        XCTAssertEqual(Hashing.sha256Hex(Data(found)), one.sha256)
    }

    func testEveryGoldenPhotoGivesTheWrittenModelInput() throws {
        let golden = try vectors()
        XCTAssertGreaterThanOrEqual(golden.photos.count, 12)
        for (number, photo) in golden.photos.enumerated() {
            let pixels = try PNGFile(photo.png).pixels
            XCTAssertEqual([pixels.width, pixels.height], [photo.width, photo.height])
            let input = try pixels.modelInput(golden.size)
            XCTAssertEqual(Hashing.sha256Hex(Data(input)), photo.input_sha256, "photo \(number)")
        }
    }

    func testSumsBeyond32BitsStayExact() throws {
        let (side, size) = (3000, 1)  // 255 * 3000 * 3000 is more than 2 to the 31
        let white = [UInt8](repeating: 255, count: side * side * 3)
        let pixels = try Pixels(width: side, height: side, channels: 3, bytes: white)
        XCTAssertEqual(try pixels.modelInput(size), [255, 255, 255])
    }

    func testAPhotoSmallerThanTheModelsInputIsRefused() throws {
        let pixels = try Pixels(width: 4, height: 3, channels: 3, bytes: [UInt8](repeating: 0, count: 36))
        XCTAssertThrowsError(try pixels.modelInput(4)) { XCTAssertEqual(($0 as? Trouble)?.code, "photo-too-small") }
        XCTAssertEqual(try pixels.modelInput(3).count, 27)
    }

    func testBytesThatDoNotFitTheSizeAreRefused() {
        XCTAssertThrowsError(try Pixels(width: 2, height: 2, channels: 3, bytes: [1, 2, 3]))
        XCTAssertThrowsError(try Pixels(width: 1, height: 1, channels: 1, bytes: [1]))
    }

    /// The eight EXIF orientations of a 2 x 3 picture whose red values are 0..5 as they lie in the file.
    func testEveryOrientationIsUndone() throws {
        let bytes = (0..<6).flatMap { value -> [UInt8] in [UInt8(value), 0, 0] }
        let lying = try Pixels(width: 2, height: 3, channels: 3, bytes: bytes)
        let upright: [Int: [UInt8]] = [
            1: [0, 1, 2, 3, 4, 5], 2: [1, 0, 3, 2, 5, 4], 3: [5, 4, 3, 2, 1, 0], 4: [4, 5, 2, 3, 0, 1],
            5: [0, 2, 4, 1, 3, 5], 6: [4, 2, 0, 5, 3, 1], 7: [5, 3, 1, 4, 2, 0], 8: [1, 3, 5, 0, 2, 4],
        ]
        for (orientation, wanted) in upright {
            let turned = try lying.upright(orientation)
            XCTAssertEqual(
                stride(from: 0, to: 18, by: 3).map { turned.bytes[$0] }, wanted, "orientation \(orientation)")
            XCTAssertEqual(turned.width, orientation >= 5 ? 3 : 2)
        }
        XCTAssertEqual(try lying.upright(0), lying)
    }
}
