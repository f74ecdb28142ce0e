// Reads the golden photos (8-bit RGB PNG, no interlace), so that their input bytes are tested without Apple's decoders.
import Foundation

@testable import SkinScoreCore

struct PNGFile {
    let pixels: Pixels

    init(_ file: Data) throws {
        let bytes = [UInt8](file)
        let (width, height) = (PNGFile.number(bytes, 16), PNGFile.number(bytes, 20))
        guard Array(bytes[24..<29]) == [8, 2, 0, 0, 0] else { throw Trouble("png", "not 8-bit RGB without interlace") }
        var packed: [UInt8] = []
        var place = 8
        while place + 8 <= bytes.count {
            let length = PNGFile.number(bytes, place)
            if Array(bytes[(place + 4)..<(place + 8)]) == Array("IDAT".utf8) {
                packed.append(contentsOf: bytes[(place + 8)..<(place + 8 + length)])
            }
            place += length + 12
        }
        var inflate = Inflate(packed, from: 2)
        let raw = try inflate.all()
        pixels = try Pixels(
            width: width, height: height, channels: 3, bytes: PNGFile.unfiltered(raw, width * 3, height))
    }

    private static func number(_ bytes: [UInt8], _ place: Int) -> Int {
        bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
    }

    private static func unfiltered(_ raw: [UInt8], _ stride: Int, _ height: Int) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: stride * height)
        for row in 0..<height {
            let filter = raw[row * (stride + 1)]
            for x in 0..<stride {
                let left = x >= 3 ? Int(out[row * stride + x - 3]) : 0
                let up = row > 0 ? Int(out[(row - 1) * stride + x]) : 0
                let corner = x >= 3 && row > 0 ? Int(out[(row - 1) * stride + x - 3]) : 0
                let guess = predicted(filter, left, up, corner)
                out[row * stride + x] = UInt8(truncatingIfNeeded: Int(raw[row * (stride + 1) + 1 + x]) + guess)
            }
        }
        return out
    }

    private static func predicted(_ filter: UInt8, _ left: Int, _ up: Int, _ corner: Int) -> Int {
        switch filter {
        case 1: return left
        case 2: return up
        case 3: return (left + up) / 2
        case 4:
            let base = left + up - corner
            let (a, b, c) = (abs(base - left), abs(base - up), abs(base - corner))
            return a <= b && a <= c ? left : b <= c ? up : corner
        default: return 0
        }
    }
}
