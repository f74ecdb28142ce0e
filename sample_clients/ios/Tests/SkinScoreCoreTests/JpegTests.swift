// Whether a photo arrived whole, byte by byte.
import Foundation
import SkinScoreCore
import XCTest

final class JpegTests: XCTestCase {
    private let thumbnail: [UInt8] = [0xFF, 0xE1, 0x00, 0x06, 0xFF, 0xD8, 0xFF, 0xD9]
    private let scan: [UInt8] = [0xFF, 0xDA, 0x00, 0x04, 0x01, 0x00, 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56]
    private var whole: [UInt8] { [0xFF, 0xD8] + thumbnail + scan + [0xFF, 0xFF, 0xD9] }

    func testAJpegIsCutOffAtEveryPlaceButItsEnd() {
        XCTAssertFalse(Jpeg.isCutOff(Data(whole)))
        for size in 2..<whole.count { XCTAssertTrue(Jpeg.isCutOff(Data(whole.prefix(size))), "at \(size)") }
    }

    func testWhatFollowsTheEndDoesNotMatter() {
        XCTAssertFalse(Jpeg.isCutOff(Data(whole + [1, 2, 3])))
    }

    func testOtherFilesAreNotJudged() {
        XCTAssertFalse(Jpeg.isCutOff(Data()))
        XCTAssertFalse(Jpeg.isCutOff(Data([0x89, 0x50, 0x4E, 0x47])))
    }
}
