// Whether a photo arrived whole. Decoders draw grey what is not there and say nothing, and grey skin would be graded.
import Foundation

public enum Jpeg {
    private static let marker: UInt8 = 0xFF
    private static let start: UInt8 = 0xD8
    private static let end: UInt8 = 0xD9

    /// Whether this is a JPEG file whose end is missing, by its markers (ITU-T T.81, annex B).
    public static func isCutOff(_ file: Data) -> Bool {
        let bytes = [UInt8](file)
        guard bytes.count >= 2, bytes[0] == marker, bytes[1] == start else { return false }
        var at = 2
        while at + 1 < bytes.count {
            let name = bytes[at + 1]
            if bytes[at] != marker || name == marker {
                at += 1  // coded pixels, or a filling byte
            } else if name == end {
                return false
            } else if hasNoLength(name) {
                at += 2
            } else if at + 3 < bytes.count {
                at += 2 + Int(bytes[at + 2]) << 8 + Int(bytes[at + 3])
            } else {
                return true
            }
        }
        return true
    }

    /// A stuffed byte, a restart or the start: nothing to skip follows.
    private static func hasNoLength(_ name: UInt8) -> Bool { name <= 0x01 || (0xD0...start).contains(name) }
}
