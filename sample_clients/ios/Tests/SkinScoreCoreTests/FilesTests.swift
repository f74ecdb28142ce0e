// Files that appear whole or not at all, and where the login lives.
import Foundation
import XCTest

@testable import SkinScoreCore

final class FilesTests: XCTestCase {
    func testAFileAppearsWholeOrNotAtAllAndNothingElseStays() throws {
        let scratch = try Scratch()
        let file = scratch.folder.appendingPathComponent("f")
        try Files.writeAtomically(Data("one".utf8), to: file)
        try Files.writeAtomically(Data("two".utf8), to: file)
        XCTAssertEqual(try Data(contentsOf: file), Data("two".utf8))
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path), ["f"])
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? NSNumber
        XCTAssertEqual(mode?.intValue, 0o600)
    }

    func testAFullDiskIsCalledByItsName() async throws {
        #if os(Linux)
            let full = URL(fileURLWithPath: "/dev/full")
            let code = try await troubleCode { try Files.append(Data(repeating: 1, count: 1 << 16), to: full) }
            XCTAssertEqual(code, "no-room")
        #else
            throw XCTSkip("only Linux has a device that is always full")
        #endif
    }
}

final class SecretsTests: XCTestCase {
    func testASecretIsKeptOverRestartsAndGoesWhenTold() throws {
        let scratch = try Scratch()
        XCTAssertNil(try FileSecrets(home: scratch.folder).read())
        try FileSecrets(home: scratch.folder).write("one")
        XCTAssertEqual(try FileSecrets(home: scratch.folder).read(), "one")
        try FileSecrets(home: scratch.folder).write(nil)
        try FileSecrets(home: scratch.folder).write(nil)
        XCTAssertNil(try FileSecrets(home: scratch.folder).read())
    }
}
