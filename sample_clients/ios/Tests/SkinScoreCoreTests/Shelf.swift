// A server of models for tests.
import Foundation
import XCTest

@testable import SkinScoreCore

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Serves a channel and bundles, with ranges.
actor Shelf: Transport {
    private var files: [String: Data] = [:]
    private var channel = Data()
    /// Bytes of a file that an answer holds at most; a broken line is one that brings less than was asked for.
    var longest = Int.max
    var answersLeft = Int.max
    private(set) var sent: [String: Int] = [:]

    func put(_ bundle: SmallBundle, _ sequence: Int, revoked: [String] = [], rollback: Bool = false, share: Int = 100) {
        files["/v1/models/bundles/\(bundle.sha256)"] = bundle.raw
        for bytes in bundle.parts.values { files["/v1/models/files/\(Hashing.sha256Hex(bytes))"] = bytes }
        let said: JSONValue = [
            "schema": 1, "channel": "stable", "sequence": .integer(sequence), "expires_at": "2999-01-01T00:00:00Z",
            "bundle_sha256": .string(bundle.sha256), "min_app": "0.0.0", "rollout_pct": .integer(share),
            "rollback": .bool(rollback), "revoked": .array(revoked.map { .string($0) }),
        ]
        channel = said.canonical()
    }

    /// A channel alone, and none of what it names.
    func channelOnly(_ bytes: Data) {
        channel = bytes
    }

    func spoil(_ bytes: Data) {
        files["/v1/models/files/\(Hashing.sha256Hex(bytes))"] = Data(bytes.reversed())
    }

    func breakOff(after answers: Int, longest: Int = Int.max) {
        answersLeft = answers
        self.longest = longest
    }

    func send(_ request: Request, to server: URL) async throws -> Answer {
        if request.path == "/v1/models/channel" { return whole(channel) }
        if request.path.hasSuffix("/signature") { return whole(SmallBundle.signature) }
        guard let bytes = files[request.path] else {
            let problem: JSONValue = ["type": "urn:skinscore:problem:not-found", "title": "Not here"]
            return Answer(status: 404, headers: [:], body: problem.canonical())
        }
        guard let range = request.headers["Range"] else { return whole(bytes) }
        guard answersLeft > 0 else { throw URLError(.networkConnectionLost) }
        answersLeft -= 1
        return piece(bytes, range, request.path)
    }

    private func piece(_ bytes: Data, _ range: String, _ path: String) -> Answer {
        let ends = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
        let end = min(ends[1] + 1, ends[0] + min(longest, bytes.count), bytes.count)
        let body = Data([UInt8](bytes)[ends[0]..<end])
        sent[path, default: 0] += body.count
        let headers = [
            "Content-Type": "application/octet-stream", "Content-Range": "bytes \(ends[0])-\(end - 1)/\(bytes.count)",
        ]
        return Answer(status: 206, headers: headers, body: body)
    }

    private func whole(_ bytes: Data) -> Answer {
        Answer(status: 200, headers: ["Content-Type": "application/octet-stream"], body: bytes)
    }
}
