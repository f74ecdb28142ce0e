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
        guard let document = try? JSONValue.parse(data), document["schema"]?.whole == History.schema else {
            throw Trouble(
                "history-damaged", "history.json cannot be read: restore it from a backup; nothing was changed")
        }
        for (id, row) in document["records"]?.fields ?? [:] {
            rows[id] = Row(body: row["body"].flatMap { Record($0) }, seq: row["seq"]?.whole)
        }
        outbox = Set((document["outbox"]?.items ?? []).compactMap { $0.text })
        parked = document["parked"]?.fields ?? [:]
        settings = (document["settings"]?.fields ?? [:]).compactMapValues { $0.text }
    }
}
