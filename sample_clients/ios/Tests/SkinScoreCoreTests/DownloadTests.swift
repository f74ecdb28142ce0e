// One file of a bundle, from servers that break off, send too little, too much, or something else.
import Foundation
import XCTest

@testable import SkinScoreCore

final class DownloadTests: XCTestCase {
    private let bytes = Data((0..<900).map { UInt8(truncatingIfNeeded: $0 * 7) })

    private var part: Offer.Part {
        Offer.Part(path: "weight.bin", bytes: bytes.count, sha256: Hashing.sha256Hex(bytes))
    }

    private func answer(_ status: Int, _ body: Data, _ range: String? = nil) -> Answer {
        var headers = ["Content-Type": "application/octet-stream"]
        if let range { headers["Content-Range"] = range }
        return Answer(status: status, headers: headers, body: body)
    }

    private func download(_ scratch: Scratch, _ transport: any Transport) throws -> Download {
        let server = Server(
            url: URL(fileURLWithPath: "/"), store: try Store(home: scratch.folder),
            secrets: FileSecrets(home: scratch.folder), transport: transport, patience: .none)
        return Download(server: server, folder: scratch.folder)
    }

    /// What a download ends in with a server that gives these answers, and then no more; and what is left of it.
    private func ending(_ answers: [Answer], after arrived: Int = 0) async throws -> (code: String?, left: [String]) {
        let scratch = try Scratch()
        let file = scratch.folder.appendingPathComponent("weight.bin")
        if arrived > 0 { try Files.append(bytes.prefix(arrived), to: Download.unfinished(file)) }
        let download = try download(scratch, Scripted(answers + [nil]))
        let code = try await troubleCode { try await download.fetch(part) }
        return (code, try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path).sorted())
    }

    func testAServerThatSendsTheWholeFileInsteadOfTheRestIsUnderstood() async throws {
        let found = try await ending([answer(200, bytes)], after: 500)
        XCTAssertNil(found.code)
        XCTAssertEqual(found.left, ["weight.bin"])
    }

    func testAServerWhoseWholeFileIsTooShortIsNotAskedForEver() async throws {
        let scratch = try Scratch()
        let transport = Scripted([answer(200, bytes.dropLast())])
        let download = try download(scratch, transport)
        let code = try await troubleCode { try await download.fetch(part) }
        let asked = await transport.asked.count
        XCTAssertEqual(code, "damaged")
        XCTAssertEqual(asked, 1)
    }

    func testWhatIsNotThePieceAskedForIsDamagedAndThrownAway() async throws {
        let rest = bytes.dropFirst(500)
        let wrong = [
            answer(206, rest, "bytes 400-799/900"), answer(206, rest), answer(206, Data(), "bytes 500-899/900"),
            answer(206, rest + [0], "bytes 500-900/901"), answer(200, bytes + [0]), answer(200, Data()),
            problem(416, "range-not-satisfiable"),
        ]
        for one in wrong {
            let found = try await ending([one], after: 500)
            XCTAssertEqual(found.code, "damaged")
            XCTAssertEqual(found.left, [])
        }
    }

    func testTheRestIsAddedToWhatArrivedBefore() async throws {
        let found = try await ending([answer(206, bytes.dropFirst(500), "bytes 500-899/900")], after: 500)
        XCTAssertNil(found.code)
        XCTAssertEqual(found.left, ["weight.bin"])
    }

    func testADiskWithoutRoomIsNotFilled() async throws {
        let download = try download(try Scratch(), Shelf())
        let huge = Offer.Part(path: "x", bytes: 1 << 60, sha256: "")
        let code = try await troubleCode { try download.insistOnRoom([huge]) }
        XCTAssertEqual(code, "no-room")
    }
}
