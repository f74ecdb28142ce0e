// Canonical JSON: keys sorted by code point, no spaces, UTF-8 without escapes that JSON does not need. Hashes are of
// it.
import Foundation

extension JSONValue {
    /// The canonical bytes.
    public func canonical() -> Data {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return Data(bytes)
    }

    private func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .number(let value): bytes.append(contentsOf: String(value).utf8)
        case .string(let value): JSONValue.quote(value, to: &bytes)
        case .array(let values): JSONValue.list(values, to: &bytes)
        case .object(let fields): JSONValue.object(fields, to: &bytes)
        }
    }

    private static func list(_ values: [JSONValue], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        for (place, value) in values.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            value.append(to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func object(_ fields: [String: JSONValue], to bytes: inout [UInt8]) {
        // Not String's own order, which follows canonical equivalence.
        let sorted = fields.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
        bytes.append(UInt8(ascii: "{"))
        for (place, field) in sorted.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            quote(field.key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            field.value.append(to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func quote(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if let escape = escapes[byte] {
                bytes.append(contentsOf: escape.utf8)
            } else if byte < 0x20 {
                bytes.append(contentsOf: "\\u00\(Hashing.hex([byte]))".utf8)
            } else {
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let escapes: [UInt8: String] = [
        0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0C: "\\f", 0x0D: "\\r", 0x22: "\\\"", 0x5C: "\\\\",
    ]
}
