// Send what waits, a batch after the other, and settle what the server says of each.
import Foundation

/// Counts what came of it.
struct Push {
    private let store: Store
    private let server: Server
    private(set) var pushed = 0
    private(set) var refused = 0

    static let batch = 200  // items; the server takes no more
    static let batchBytes = 900_000  // the server takes 1 MiB

    init(_ store: Store, _ server: Server) {
        self.store = store
        self.server = server
    }

    /// Throws `Trouble`, also for answers after which no push would come to its end; what is settled stays so.
    mutating func run() async throws {
        var copies: Set<String> = []
        while true {
            let (waiting, deletes) = await store.unsent(Push.batch)
            if waiting.isEmpty && deletes.isEmpty { return }
            let records = Push.fitting(waiting)
            let verdicts = try await verdicts(records, deletes)
            copies.formUnion(try Push.newIds(records, verdicts, copies))
            try await store.settle(verdicts, records: records.count)
            count(verdicts.compactMap { $0["verdict"]?.text })
        }
    }

    /// What became of each, in order. A verdict for something else, or none, would leave the queue as it is, for ever.
    private func verdicts(_ records: [Record], _ deletes: [String]) async throws -> [JSONValue] {
        let body: JSONValue = [
            "records": .array(records.map { $0.value }), "deletes": .array(deletes.map { JSONValue.string($0) }),
        ]
        let results = try await server.call(Request("POST", "/v1/sync", json: body)).json()["results"]?.items ?? []
        let ids = records.map { $0.id } + deletes
        guard results.map({ $0["id"]?.text }) == ids, results.allSatisfy({ Push.holds($0, deletes) }) else {
            throw Trouble("unexpected", "the server did not answer for every record: try again later")
        }
        return results
    }

    /// Whether it answers what was asked: a delete is made or refused, a conflict comes with the other record.
    private static func holds(_ verdict: JSONValue, _ deletes: [String]) -> Bool {
        guard let id = verdict["id"]?.text, let kind = verdict["verdict"]?.text else { return false }
        let numbered = !deletes.contains(id) && verdict["seq"]?.whole != nil
        switch kind {
        case "deleted", "invalid": return true
        case "created", "duplicate": return numbered
        case "conflict": return numbered && verdict["record"]?["id"]?.text == id
        default: return false
        }
    }

    /// Under which ids our copies go on after a conflict. One of `copies` that meets another would go on for ever.
    private static func newIds(
        _ records: [Record], _ verdicts: [JSONValue], _ copies: Set<String>
    ) throws -> [String] {
        let contested = Set(verdicts.filter { $0["verdict"]?.text == "conflict" }.compactMap { $0["id"]?.text })
        guard contested.isDisjoint(with: copies) else {
            throw Trouble("unexpected", "the server holds another record under every id: try again later")
        }
        return records.filter { contested.contains($0.id) }.map { Ids.secondId($0) }
    }

    private mutating func count(_ verdicts: [String]) {
        pushed += verdicts.filter { $0 == "created" || $0 == "deleted" }.count
        refused += verdicts.filter { $0 == "invalid" }.count
    }

    /// As many from the front as one request may carry.
    static func fitting(_ waiting: [Record]) -> [Record] {
        var size = 0
        for (place, record) in waiting.enumerated() {
            size += record.value.canonical().count + 2
            if size > batchBytes && place > 0 { return Array(waiting[..<place]) }
        }
        return waiting
    }
}
