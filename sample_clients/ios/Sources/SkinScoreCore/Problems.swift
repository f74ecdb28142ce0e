// What the server says no with: a problem document (RFC 9457), read as one sentence.
import Foundation

enum Problems {
    static let answers: Set<String> = ["application/json", "image/png", "application/octet-stream"]
    static let empty: Set<Int> = [204, 304]

    /// The answer, if it is a good one of a SkinScore server. Throws `Trouble` with the problem's type as code.
    static func checked(_ answer: Answer) throws -> Answer {
        if answer.status < 400 {
            let kind = answer.header("Content-Type")?.split(separator: ";").first.map { String($0) } ?? ""
            guard empty.contains(answer.status) || (answer.status < 300 && answers.contains(kind)) else {
                throw Trouble("unexpected", "what answers there is no SkinScore server: check the network")
            }
            return answer
        }
        let read = trouble(answer)
        let seconds = Int(Patience.asked(answer))
        throw seconds == 0 ? read : Trouble(read.code, "\(read.sentence); come again in \(seconds) s")
    }

    private static func trouble(_ answer: Answer) -> Trouble {
        guard let problem = try? JSONValue.parse(answer.body), let type = problem["type"]?.text,
            let slug = type.split(separator: ":").last
        else { return Trouble("unexpected", "the server answered \(answer.status) without a reason") }
        let text = problem["detail"]?.text ?? problem["title"]?.text ?? String(slug)
        let faults = (problem["errors"]?.items ?? []).map { fault in
            "\(fault["pointer"]?.text ?? ""): \(fault["detail"]?.text ?? "")"
        }
        return Trouble(String(slug), ([text] + faults).joined(separator: "; "))
    }
}
