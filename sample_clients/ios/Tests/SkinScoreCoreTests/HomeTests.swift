// One client at a time has a folder open.
import Foundation
import XCTest

@testable import SkinScoreCore

final class HomeTests: XCTestCase {
    private func client(_ folder: URL) throws -> SkinScoreClient {
        try SkinScoreClient(
            shipped: folder, home: folder, server: folder, trust: Trust(keys: [:], runtime: []),
            secrets: FileSecrets(home: folder), grading: { _ in throw Trouble("test", "nothing is graded here") })
    }

    func testASecondClientIsRefusedAndTheFirstGoesOn() async throws {
        let scratch = try Scratch()
        let first = try client(scratch.folder)
        let code = try await troubleCode { _ = try client(scratch.folder) }
        XCTAssertEqual(code, "in-use")
        try await first.note(on: "s", "still here")
        let kept = await first.store.live.count
        XCTAssertEqual(kept, 1)
    }

    func testAFolderIsFreeAgainWhenItsClientHasGone() async throws {
        let scratch = try Scratch()
        for count in 1...2 {
            let client = try client(scratch.folder)
            try await client.note(on: "s", "\(count)")
            let kept = await client.store.live.count
            XCTAssertEqual(kept, count)
        }
    }

    func testAFolderIsHeldAsLongAsItsHomeLivesAndNoLonger() async throws {
        let scratch = try Scratch()
        var home: Home? = try Home(scratch.folder)
        let taken = try await troubleCode { _ = try Home(scratch.folder) }
        XCTAssertEqual([taken, home.map { _ in "held" }], ["in-use", "held"])
        home = nil
        let free = try await troubleCode { _ = try Home(scratch.folder) }
        XCTAssertNil(free)
    }
}
