// A server of which every answer is written down, and answers that come late.
import Foundation

@testable import SkinScoreCore

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Answers each request from a list, the last one for ever; nil is no answer.
actor Scripted: Transport {
    private let answers: [Answer?]
    private(set) var asked: [Request] = []

    init(_ answers: [Answer?]) {
        self.answers = answers
    }

    func send(_ request: Request, to server: URL) async throws -> Answer {
        let answer = answers[min(asked.count, answers.count - 1)]
        asked.append(request)
        guard let answer else { throw URLError(.timedOut) }
        return answer
    }
}

/// The same, where something happens once while the answer to a path is on its way.
actor Interrupted: Transport {
    private let script: Scripted
    private var meanwhile: [String: @Sendable () async throws -> Void] = [:]

    init(_ answers: [Answer?]) {
        script = Scripted(answers)
    }

    var asked: [Request] {
        get async { await script.asked }
    }

    func before(_ path: String, _ work: @escaping @Sendable () async throws -> Void) {
        meanwhile[path] = work
    }

    func send(_ request: Request, to server: URL) async throws -> Answer {
        let answer = try await script.send(request, to: server)
        if let work = meanwhile.removeValue(forKey: request.path) { try await work() }
        return answer
    }
}

func json(_ status: Int, _ body: JSONValue, _ headers: [String: String] = [:]) -> Answer {
    let kind = status < 400 ? "application/json; charset=utf-8" : "application/problem+json"
    return Answer(
        status: status, headers: headers.merging(["content-type": kind]) { own, _ in own }, body: body.canonical())
}

func problem(_ status: Int, _ slug: String, _ headers: [String: String] = [:]) -> Answer {
    json(status, ["type": .string("urn:skinscore:problem:\(slug)"), "title": "No"], headers)
}
