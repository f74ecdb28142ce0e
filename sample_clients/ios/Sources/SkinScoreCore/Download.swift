// Fetch one file of a bundle: no byte twice, none too many, and nothing under its name before its hash is right.
//
// It comes in pieces, each of which is on disk before the next is asked for; what has arrived lies in NAME.part. A
// download that broke off goes on from there, also after a restart; `If-Range` makes sure that all are of the same
// file.
import Foundation

struct Download {
    let server: Server
    let folder: URL

    static let piece = 1 << 20  // bytes
    static let room = 16 << 20  // bytes that stay free for the history and everything else on the device

    /// Throws `Trouble` before anything is fetched that would fill the disk.
    func insistOnRoom(_ parts: [Offer.Part]) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let missing = parts.reduce(0) { $0 + $1.bytes - arrived($1) }
        guard missing > 0, let free = Files.free(folder), missing + Download.room > free else { return }
        let needs = (missing + Download.room) / 1_000_000
        let sentence = "the new model needs \(needs) MB of room and \(free / 1_000_000) are free: make room, try again"
        throw Trouble("no-room", sentence)
    }

    /// Have one file whole in the folder. Throws `Trouble`; what arrived is kept unless it is wrong.
    func fetch(_ part: Offer.Part) async throws {
        let file = folder.appendingPathComponent(part.path)
        if let bytes = try? Data(contentsOf: file), part.fits(bytes) { return }
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let unfinished = Download.unfinished(file)
        if Files.size(unfinished) > part.bytes { try FileManager.default.removeItem(at: unfinished) }
        while Files.size(unfinished) < part.bytes { try await add(to: unfinished, part) }
        guard let bytes = try? Data(contentsOf: unfinished), part.fits(bytes) else {
            throw damaged(unfinished, part)
        }
        try Files.replace(file, by: unfinished)
    }

    static func unfinished(_ file: URL) -> URL {
        file.appendingPathExtension("part")
    }

    private func arrived(_ part: Offer.Part) -> Int {
        let file = folder.appendingPathComponent(part.path)
        return min(part.bytes, max(Files.size(file), Files.size(Download.unfinished(file))))
    }

    /// Ask for the next piece and put it on disk.
    private func add(to unfinished: URL, _ part: Offer.Part) async throws {
        let start = Files.size(unfinished)
        guard let answer = try await asked(part, from: start) else { throw damaged(unfinished, part) }
        if answer.status == 206 {
            guard Download.isPiece(answer, from: start, of: part) else { throw damaged(unfinished, part) }
            try Files.append(answer.body, to: unfinished)
        } else {
            // A shorter one would be asked for again for ever.
            guard answer.body.count == part.bytes else { throw damaged(unfinished, part) }
            try Files.writeAtomically(answer.body, to: unfinished)
        }
    }

    private static func isPiece(_ answer: Answer, from start: Int, of part: Offer.Part) -> Bool {
        let named = answer.header("Content-Range")?.hasPrefix("bytes \(start)-") ?? false
        return named && !answer.body.isEmpty && start + answer.body.count <= part.bytes
    }

    /// Nil where the server's file ends before the signed one does.
    private func asked(_ part: Offer.Part, from start: Int) async throws -> Answer? {
        let end = min(start + Download.piece, part.bytes) - 1
        var headers = ["Accept-Encoding": "identity", "Range": "bytes=\(start)-\(end)"]
        if start > 0 { headers["If-Range"] = "\"\(part.sha256)\"" }
        do {
            return try await server.fetch("/v1/models/files/\(part.sha256)", headers: headers)
        } catch let trouble as Trouble where trouble.code == "range-not-satisfiable" {
            return nil
        }
    }

    private func damaged(_ unfinished: URL, _ part: Offer.Part) -> Trouble {
        try? FileManager.default.removeItem(at: unfinished)
        return Trouble("damaged", "\(part.path) arrived damaged: try again")
    }
}
