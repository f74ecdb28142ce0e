// Decoded pixels, and turning them upright.
import Foundation

/// 8-bit sRGB pixels, row by row. Of more than three channels the first three count: red, green, blue.
public struct Pixels: Equatable, Sendable {
    public let width: Int
    public let height: Int
    public let channels: Int
    public let bytes: [UInt8]

    /// Throws `Trouble` when the bytes are not width x height x channels, or channels are fewer than three.
    public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) throws {
        guard width > 0, height > 0, channels >= 3, bytes.count == width * height * channels else {
            throw Trouble("photo-unreadable", "the photo's pixels are not what its size says")
        }
        self.width = width
        self.height = height
        self.channels = channels
        self.bytes = bytes
    }

    /// What an EXIF orientation (1..8) says, undone: the photo as its maker saw it. Others are taken as they lie.
    public func upright(_ orientation: Int) throws -> Pixels {
        guard (2...8).contains(orientation) else { return self }
        let swapped = orientation >= 5
        let (newWidth, newHeight) = swapped ? (height, width) : (width, height)
        var turned = [UInt8](repeating: 0, count: bytes.count)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let (fromX, fromY) = source(x, y, orientation)
                let from = (fromY * width + fromX) * channels
                let to = (y * newWidth + x) * channels
                for c in 0..<channels { turned[to + c] = bytes[from + c] }
            }
        }
        return try Pixels(width: newWidth, height: newHeight, channels: channels, bytes: turned)
    }

    /// Where the upright pixel (x, y) lies in the file.
    private func source(_ x: Int, _ y: Int, _ orientation: Int) -> (Int, Int) {
        switch orientation {
        case 2: return (width - 1 - x, y)
        case 3: return (width - 1 - x, height - 1 - y)
        case 4: return (x, height - 1 - y)
        case 5: return (y, x)
        case 6: return (y, height - 1 - x)
        case 7: return (width - 1 - y, height - 1 - x)
        case 8: return (width - 1 - y, x)
        default: return (x, y)
        }
    }
}
