// Ids are made here, on the device, so that sending a record twice changes nothing.
import Foundation

public enum Ids {
    /// A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then random bits.
    public static func uuid7(at now: Date = Date()) -> String {
        let milliseconds = UInt64(max(0, now.timeIntervalSince1970 * 1000)) & 0xFFFF_FFFF_FFFF
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0x0FFF)
        let low = UInt64.random(in: 0...0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        let text = digits(high) + digits(low)
        return [text[0..<8], text[8..<12], text[12..<16], text[16..<20], text[20..<32]]
            .map { String($0) }.joined(separator: "-")
    }

    /// SHA-256 of the canonical JSON, 64 hex digits.
    public static func contentHash(_ record: Record) -> String {
        Hashing.sha256Hex(record.value.canonical())
    }

    /// The id of our copy when another body holds its id: the same on every device, so that it exists once.
    ///
    /// The time of the old id, then version, variant and bits of the content hash.
    public static func secondId(_ record: Record) -> String {
        let digest = Array(contentHash(record))
        let variant = Array("89ab")[Int(String(digest[3]), radix: 16)! & 3]
        let tail = "\(variant)\(String(digest[4..<7]))-\(String(digest[7..<19]))"
        return "\(record.id.prefix(13))-7\(String(digest[0..<3]))-\(tail)"
    }

    private static func digits(_ value: UInt64) -> [Character] {
        let text = String(value, radix: 16)
        return Array(String(repeating: "0", count: 16 - text.count) + text)
    }
}
