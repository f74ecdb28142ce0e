// Bring the local history and the server's together: push what waits, pull what is new, compare, repair.
//
// After 410 (the server was restored or wiped) the client pulls from nothing and pushes again every record and
// tombstone that the listing lacks; it never deletes anything without a tombstone.
import Foundation

/// What one sync did; `complete` when both sides hold the same records.
public struct SyncOutcome: Equatable, Sendable {
    public var pushed = 0
    public var pulled = 0
    public var refused = 0
    public var complete = false
}

struct Sync {
    private let store: Store
    private let server: Server
    private let limit: Int?
    private var push: Push
    private var pulled = 0

    private init(_ store: Store, _ server: Server, _ limit: Int?) {
        self.store = store
        self.server = server
        self.limit = limit
        push = Push(store, server)
    }

    /// Push, pull in pages of `limit`, compare. Throws `Trouble`; whatever was done until then stays done.
    static func run(_ store: Store, _ server: Server, limit: Int? = nil) async throws -> SyncOutcome {
        var sync = Sync(store, server, limit)
        try await store.tryAgain("quota-exceeded")
        var head = try await sync.round()
        if !(await sync.isSame(head)) {
            try await sync.pullAll()
            head = try await sync.round()
        }
        let complete = await sync.isSame(head)
        return SyncOutcome(
            pushed: sync.push.pushed, pulled: sync.pulled, refused: sync.push.refused, complete: complete)
    }

    private mutating func round() async throws -> JSONValue {
        try await push.run()
        do {
            return try await pull()
        } catch let trouble as Trouble where trouble.code == "cursor-expired" {
            try await pullAll()
        }
        try await push.run()
        return try await pull()
    }

    /// All pages after the stored cursor; the head of the last one.
    private mutating func pull() async throws -> JSONValue {
        while let page = try await page() {
            pulled += (page["records"]?.items ?? []).count + (page["tombstones"]?.items ?? []).count
            if page["has_more"]?.flag != true { break }
        }
        let head = await store.setting("head") ?? "{}"
        return (try? JSONValue.parse(Data(head.utf8))) ?? .null
    }

    /// Every page from the start, then queue what the server lacks.
    private func pullAll() async throws {
        var live: Set<String> = []
        var deleted: Set<String> = []
        try await store.set(["cursor": nil])
        while let page = try await page() {
            live.formUnion((page["records"]?.items ?? []).compactMap { $0["record"]?["id"]?.text })
            deleted.formUnion((page["tombstones"]?.items ?? []).compactMap { $0["id"]?.text })
            if page["has_more"]?.flag != true { break }
        }
        try await store.queueMissing(live: live, deleted: deleted)
    }

    /// The next page, stored; nil when the server has nothing newer than what is here.
    private func page() async throws -> JSONValue? {
        let cursor = await store.setting("cursor")
        let etag = await store.setting("etag")
        var request = Request("GET", "/v1/sync")
        if let cursor { request.query["cursor"] = cursor }
        if let limit { request.query["limit"] = String(limit) }
        if cursor != nil, let etag { request.headers["If-None-Match"] = etag }
        let answer = try await server.call(request)
        if answer.status == 304 { return nil }
        let page = try answer.json()
        let following = page["next_cursor"]?.text
        if following == nil || (page["has_more"]?.flag == true && following == cursor) {
            throw Trouble("unexpected", "the server's history does not come to its end: try again later")
        }
        try await store.apply(page, etag: answer.header("ETag"))
        return page
    }

    private func isSame(_ head: JSONValue) async -> Bool {
        let refused = await store.parked
        let live = await store.live.filter { refused[$0.id] == nil }
        return head["count"]?.whole == live.count && head["xor"]?.text == Record.fold(live)
    }
}
