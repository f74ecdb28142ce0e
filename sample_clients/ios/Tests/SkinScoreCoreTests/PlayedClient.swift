// A client whose model and server are played.
import Foundation
import XCTest

@testable import SkinScoreCore

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Answers by method and path, in order; the last answer of each goes on.
actor Counter: Transport {
    private var answers: [String: [(Int, JSONValue)]]
    private(set) var asked: [String] = []
    /// Models that the client says graded a photo.
    private(set) var graders: [String] = []

    init(_ answers: [String: [(Int, JSONValue)]]) {
        self.answers = answers
    }

    func send(_ request: Request, to server: URL) async throws -> Answer {
        let name = "\(request.method) \(request.path)"
        asked.append(name)
        if let model = request.query["graded_by"] { graders.append(model) }
        guard let left = answers[name], let (status, body) = left.first else { throw URLError(.timedOut) }
        if left.count > 1 { answers[name] = Array(left.dropFirst()) }
        return Answer(status: status, headers: ["Content-Type": "application/json"], body: body.canonical())
    }
}

/// A client whose bundle is a small one with these learned parts, and whose model always answers the same.
func playedClient(_ scratch: Scratch, _ transport: any Transport, parts: [Int] = [0, 1, 2, 3]) throws
    -> SkinScoreClient
{
    let learned = JSONValue.array(parts.map { .integer($0) })
    let keys = ["oil", "hydration", "wrinkle", "pigmentation", "sensitivity"]
    let graded = JSONValue.object(Dictionary(uniqueKeysWithValues: keys.map { ($0, learned) }))
    let shipped = scratch.folder.appendingPathComponent("shipped")
    try SmallBundle(3) { $0["graded_parts"] = graded }.write(to: shipped)
    return try SkinScoreClient(
        shipped: shipped, home: scratch.folder, server: URL(fileURLWithPath: "/"),
        trust: Trust(keys: ["k": Data([1])], runtime: [17, 0], holds: { _, _, _ in true }),
        secrets: FileSecrets(home: scratch.folder), transport: transport, patience: .none,
        grading: { bundle in
            { _, part in try Grading(madeOutputs(), of: bundle.description, pixels: [0], part: part) }
        })
}

let issuedTokens: (Int, JSONValue) = (200, ["account_id": "a", "access_token": "t", "refresh_token": "r"])
