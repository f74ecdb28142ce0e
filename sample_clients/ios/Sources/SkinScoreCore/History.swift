// One person's history as a value, and every change that it can go through.
//
// A row holds a record, sent or not; `outbox` the ids whose push is not yet acknowledged; a tombstone is a row without
// a body. `seq` is the server's number, by which the newest note shows; what was never sent has none.
import Foundation

struct Row: Equatable, Sendable {
    var body: Record?
    var seq: Int?
}

struct History: Equatable, Sendable {
    var rows: [String: Row] = [:]
    var outbox: Set<String> = []
    /// Records that the server refused, with its reasons; they stay here.
    var parked: [String: JSONValue] = [:]
    var settings: [String: String] = [:]

    /// All records, in the order in which they were made.
    var live: [Record] {
        rows.keys.sorted().compactMap { rows[$0]?.body }
    }

    /// The text that shows at each score: the note with the highest seq; one still unsent will get a higher one.
    var notes: [String: String] {
        let found = rows.filter { $0.value.body?.value["kind"]?.text == "note" }.sorted { one, other in
            let (first, second) = (one.value.seq ?? Int.max, other.value.seq ?? Int.max)
            return first == second ? one.key < other.key : first < second
        }
        var shown: [String: String] = [:]
        for note in found {
            guard let value = note.value.body?.value, let score = value["score_id"]?.text else { continue }
            shown[score] = value["text"]?.text ?? ""
        }
        return shown
    }

    /// Records and deletes still to push, at most `limit` of both.
    func unsent(_ limit: Int) -> (records: [Record], deletes: [String]) {
        let waiting = outbox.sorted().filter { rows[$0] != nil }.prefix(limit)
        return (waiting.compactMap { rows[$0]?.body }, waiting.filter { rows[$0]?.body == nil })
    }

    /// Keep a new record and queue it.
    mutating func add(_ record: Record) {
        put(record.id, record, nil)
        outbox.insert(record.id)
    }

    /// Replace a record by a tombstone and queue that.
    mutating func delete(_ id: String) {
        put(id, nil, nil)
        outbox.insert(id)
    }

    /// Apply one verdict of a push. After a conflict our own copy gets a new id.
    mutating func settle(_ verdict: JSONValue, deleting: Bool) {
        guard let id = verdict["id"]?.text, let kind = verdict["verdict"]?.text else { return }
        // Deleted here while its push was under way, or no answer to a delete: that still has to be sent.
        if isTombstone(id) && (deleting ? kind == "conflict" : kind != "deleted") { return }
        outbox.remove(id)
        switch kind {
        case "deleted": put(id, nil, nil)
        case "conflict":
            if let theirs = verdict["record"].flatMap({ Record($0) }) { keepBoth(theirs, verdict["seq"]?.whole) }
        case "invalid": parked[id] = verdict["problem"] ?? .object([:])
        default: rows[id]?.seq = verdict["seq"]?.whole
        }
    }

    /// Store one pulled page and its cursor, together. A local delete that waits is not undone by it.
    mutating func apply(_ page: JSONValue, etag: String?) {
        for item in page["records"]?.items ?? [] {
            if let record = item["record"].flatMap({ Record($0) }) { keepBoth(record, item["seq"]?.whole) }
        }
        for item in page["tombstones"]?.items ?? [] {
            guard let id = item["id"]?.text else { continue }
            put(id, nil, nil)
            outbox.remove(id)
        }
        settings["cursor"] = page["next_cursor"]?.text
        settings["etag"] = etag
        settings["head"] = String(decoding: (page["head"] ?? .null).canonical(), as: UTF8.self)
    }

    /// Queue every record and tombstone that a full listing (of both) lacked.
    ///
    /// A tombstone is lacking also where its record is listed as live: the server's backup was older than the delete.
    mutating func queueMissing(live: Set<String>, deleted: Set<String>) {
        for (id, row) in rows where !deleted.contains(id) && parked[id] == nil {
            if row.body != nil && live.contains(id) { continue }
            rows[id]?.seq = nil  // its number was another history's
            outbox.insert(id)
        }
    }

    /// Queue what was refused for that reason, which may have passed.
    mutating func tryAgain(_ slug: String) {
        for (id, reason) in parked where reason["type"]?.text?.hasSuffix(":\(slug)") ?? false {
            parked[id] = nil
            outbox.insert(id)
        }
    }

    private func isTombstone(_ id: String) -> Bool {
        rows[id].map { $0.body == nil } ?? false
    }

    /// The server's copy under its id; ours, where it says something else, under a new one. Tombstones stay.
    private mutating func keepBoth(_ theirs: Record, _ seq: Int?) {
        if isTombstone(theirs.id) { return }
        let mine = rows[theirs.id]?.body
        put(theirs.id, theirs, seq)
        outbox.remove(theirs.id)
        if let mine, mine != theirs { add(mine.renamed(Ids.secondId(mine))) }
    }

    /// In place of what had the id before, and of why the server refused that.
    private mutating func put(_ id: String, _ body: Record?, _ seq: Int?) {
        rows[id] = Row(body: body, seq: seq)
        parked[id] = nil
    }
}
