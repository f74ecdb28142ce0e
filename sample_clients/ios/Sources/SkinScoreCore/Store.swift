// The local history on disk. What `add` and `delete` report as done is there, whatever happens next.
import Foundation

/// One person's history in one folder. Open it once, in one process.
public actor Store {
    private var history: History
    private let file: URL

    /// Opens or makes the history in `home`. Throws `Trouble` when what lies there cannot be read.
    public init(home: URL) throws {
        file = home.appendingPathComponent("history.json")
        history =
            FileManager.default.fileExists(atPath: file.path)
            ? try History(reading: Data(contentsOf: file)) : History()
    }

    /// All records, in the order in which they were made.
    public var live: [Record] { history.live }

    /// The text that shows at each score.
    public var notes: [String: String] { history.notes }

    /// How many records and deletes wait.
    public var unsentCount: Int { history.outbox.count }

    /// Ids of records and deletes that wait.
    public var unsentIds: Set<String> { history.outbox }

    /// Records that the server refused, with its reasons; they stay here.
    public var parked: [String: JSONValue] { history.parked }

    /// One live record.
    public func get(_ id: String) -> Record? { history.rows[id]?.body }

    /// Keep a new record and queue it.
    public func add(_ record: Record) throws {
        try change { $0.add(record) }
    }

    /// Replace a record by a tombstone and queue that.
    public func delete(_ id: String) throws {
        try change { $0.delete(id) }
    }

    /// A stored setting.
    func setting(_ name: String) -> String? { history.settings[name] }

    /// Store settings, all or none; nil takes one away.
    func set(_ values: [String: String?]) throws {
        try change { next in
            for (name, value) in values { next.settings[name] = value }
        }
    }

    func unsent(_ limit: Int) -> (records: [Record], deletes: [String]) { history.unsent(limit) }

    /// Apply the verdicts of a push of so many records and then deletes.
    func settle(_ verdicts: [JSONValue], records: Int) throws {
        try changeBySync { next in
            for (place, verdict) in verdicts.enumerated() { next.settle(verdict, deleting: place >= records) }
        }
    }

    func apply(_ page: JSONValue, etag: String?) throws {
        try changeBySync { $0.apply(page, etag: etag) }
    }

    func queueMissing(live: Set<String>, deleted: Set<String>) throws {
        try changeBySync { $0.queueMissing(live: live, deleted: deleted) }
    }

    func tryAgain(_ slug: String) throws {
        try changeBySync { $0.tryAgain(slug) }
    }

    /// Nothing of a person is left; what concerns this device (its models) stays.
    func erase() throws {
        try change { next in
            let kept = next.settings.filter { !Store.personal.contains($0.key) }
            next = History(settings: kept)
        }
    }

    private static let personal: Set<String> = ["account", "email", "attempt", "cursor", "etag", "head"]

    /// Throws `CancellationError` where the sync was ended: what it still brings would undo an erase.
    private func changeBySync(_ work: (inout History) throws -> Void) throws {
        try Task.checkCancellation()
        try change(work)
    }

    /// All or nothing: written to disk before anybody sees it.
    private func change(_ work: (inout History) throws -> Void) throws {
        var next = history
        try work(&next)
        if next == history { return }
        try Files.writeAtomically(next.written(), to: file)
        history = next
    }
}
