// A golden conversation's server.
import Foundation
import XCTest

@testable import SkinScoreCore

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The server's part, read from a file: each request must be the one written there.
///
/// Opaque values stand under names such as `$cursor.2`, and the client gets and sends the names themselves; only what
/// the client makes itself (`$attempt.1`) is learnt at the first time and must come again.
actor Player: Transport {
    private var left: [JSONValue] = []
    private(set) var faults: [String] = []
    private var made: [String: String] = [:]

    func expect(_ exchanges: [JSONValue], knowing made: [String: String]) {
        left = exchanges
        self.made = made
    }

    /// What the client made until now, for the devices that come after.
    func learnt() -> [String: String] { made }

    func unused() -> Int { left.count }

    func send(_ request: Request, to server: URL) async throws -> Answer {
        guard !left.isEmpty else {
            faults.append("nothing more is written, the client asks \(request.method) \(request.path)")
            throw URLError(.cancelled)
        }
        let exchange = left.removeFirst()
        compare(exchange["request"] ?? .null, request)
        if exchange["lost"] != nil { throw URLError(.networkConnectionLost) }
        return Player.answer(exchange["response"] ?? .null)
    }

    private func compare(_ written: JSONValue, _ request: Request) {
        var expected = written.fields
        if var body = expected["body"]?.fields, body["platform"] != nil {
            body["platform"] = .string(About.platform)
            if let name = body["idempotency_key"]?.text, let key = request.json?["idempotency_key"]?.text {
                if made[name] == nil && !made.values.contains(key) { made[name] = key }
                body["idempotency_key"] = .string(made[name] ?? name)
            }
            expected["body"] = .object(body)
        }
        let asked: JSONValue = [
            "method": .string(request.method), "path": .string(request.path),
            "query": .object(request.query.mapValues { .string($0) }),
            "headers": .object(request.headers.mapValues { .string($0) }), "body": request.json ?? .null,
        ]
        let (wanted, got) = (JSONValue.object(expected).canonical(), asked.canonical())
        if wanted != got {
            faults.append(
                "written: \(String(decoding: wanted, as: UTF8.self))\n came: \(String(decoding: got, as: UTF8.self))")
        }
    }

    private static func answer(_ written: JSONValue) -> Answer {
        let body = written["body"] ?? .null
        return Answer(
            status: written["status"]?.whole ?? 0,
            headers: (written["headers"]?.fields ?? [:]).mapValues { $0.text ?? "" },
            body: body == .null ? Data() : body.canonical())
    }
}
