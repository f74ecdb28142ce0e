// Any JSON as a value: records are kept and hashed as they came, fields that nobody knows yet included.
import Foundation

/// A JSON value. Whole numbers are kept apart from others, since records hold nothing else.
public enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads a document. Throws `DecodingError`.
    public static func parse(_ data: Data) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: data)
    }

    /// A field of an object; nil for everything else.
    public subscript(name: String) -> JSONValue? {
        if case .object(let fields) = self { return fields[name] }
        return nil
    }

    public var text: String? {
        if case .string(let value) = self { return value }
        return nil
    }

    public var whole: Int? {
        if case .integer(let value) = self { return value }
        return nil
    }

    public var flag: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }

    /// The elements of an array; none for everything else.
    public var items: [JSONValue] {
        if case .array(let values) = self { return values }
        return []
    }

    /// The fields of an object; none for everything else.
    public var fields: [String: JSONValue] {
        if case .object(let values) = self { return values }
        return [:]
    }
}

extension JSONValue: Decodable {
    public init(from decoder: any Decoder) throws {
        let one = try decoder.singleValueContainer()
        if one.decodeNil() {
            self = .null
        } else if let value = try? one.decode(String.self) {
            self = .string(value)
        } else if let value = try? one.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? one.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? one.decode(Double.self) {
            self = .number(value)
        } else if let values = try? one.decode([JSONValue].self) {
            self = .array(values)
        } else {
            self = .object(try one.decode([String: JSONValue].self))
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
