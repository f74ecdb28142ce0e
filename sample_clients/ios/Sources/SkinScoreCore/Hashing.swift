// SHA-256: CryptoKit's where there is one, else the plain one below it.
import Foundation

#if canImport(CryptoKit)
    import CryptoKit
#endif

/// Hashes of bytes.
public enum Hashing {
    /// 32 bytes.
    public static func sha256(_ data: Data) -> [UInt8] {
        #if canImport(CryptoKit)
            return Array(SHA256.hash(data: data))
        #else
            return PlainSHA256.hash([UInt8](data))
        #endif
    }

    /// 64 hex digits.
    public static func sha256Hex(_ data: Data) -> String {
        hex(sha256(data))
    }

    /// Two lower-case digits a byte.
    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        var text = ""
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }
}
