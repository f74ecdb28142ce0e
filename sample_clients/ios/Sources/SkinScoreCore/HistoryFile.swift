// How a history is written down: one JSON document, so that any change appears whole or not at all.
import Foundation

extension History {
    private static let schema = 1

    func written() -> Data {
        var records: [String: JSONValue] = [:]
        for (id, row) in rows {
            records[id] = ["body": row.body?.value ?? .null, "seq": row.seq.map { JSONValue.integer($0) } ?? .null]
        }
        let document: JSONValue = [
            "schema": .integer(History.schema),
            "records": .object(records),
            "outbox": .array(outbox.sorted().map { JSONValue.string($0) }),
            "parked": .object(parked),
            "settings": .object(settings.mapValues { JSONValue.string($0) }),
        ]
        return document.canonical()
    }

    /// Throws `Trouble` for what is no history: such a file is never written over.
    init(reading data: Data) throws {
        guard let document = try? JSONValue.parse(data), document["schema"]?.whole == History.schema,
            case .object(let records)? = document["records"], case .array(let waiting)? = document["outbox"],
            case .object(let refused)? = document["parked"], case .object(let named)? = document["settings"]
        else { throw History.damaged }
        rows = try records.mapValues { try History.row($0) }
        outbox = Set(waiting.compactMap { $0.text })
        parked = refused
        settings = named.compactMapValues { $0.text }
    }

    /// A body that is no record would be taken for a tombstone, and deleted everywhere.
    private static func row(_ written: JSONValue) throws -> Row {
        guard let body = written["body"] else { throw damaged }
        let record = Record(body)
        guard record != nil || body == .null else { throw damaged }
        return Row(body: record, seq: written["seq"]?.whole)
    }

    private static let damaged = Trouble(
        "history-damaged", "history.json cannot be read: restore it from a backup; nothing was changed")
}
