// Canonical JSON, hashes and ids.
import Foundation
import XCTest

@testable import SkinScoreCore

final class JSONTests: XCTestCase {
    private func canonical(_ text: String) throws -> String {
        String(decoding: try JSONValue.parse(Data(text.utf8)).canonical(), as: UTF8.self)
    }

    func testKeysAreSortedByCodePointAndNothingIsEscapedWithoutNeed() throws {
        XCTAssertEqual(
            try canonical(#"{"b": 1, "a": [true, null, -7], "É": "/é살🙂"}"#), #"{"a":[true,null,-7],"b":1,"É":"/é살🙂"}"#)
        XCTAssertEqual(try canonical(#"{"\uffff": 1, "\ud83d\ude42": 2}"#), "{\"\u{FFFF}\":1,\"🙂\":2}")
    }

    func testOnlyWhatMustBeEscapedIs() throws {
        let text = #""\u0000\b\t\n\f\r\"\\\u001f\u007f\u2028""#
        XCTAssertEqual(try canonical(text), "\"\\u0000\\b\\t\\n\\f\\r\\\"\\\\\\u001f\u{7F}\u{2028}\"")
    }

    func testLettersThatLookAlikeStayApart() throws {
        let (one, other) = (#""\u00e9""#, #""e\u0301""#)
        XCTAssertNotEqual(Array(try canonical(one).utf8), Array(try canonical(other).utf8))
        let left = try XCTUnwrap(Record(["id": "x", "text": .string("\u{E9}")]))
        let right = try XCTUnwrap(Record(["id": "x", "text": .string("e\u{301}")]))
        XCTAssertNotEqual(left, right)
    }

    func testWholeNumbersStayWholeAndTruthsStayTruths() throws {
        let value = try JSONValue.parse(Data(#"{"n": 9007199254740993, "t": true, "one": 1, "half": 0.5}"#.utf8))
        XCTAssertEqual(value["n"]?.whole, 9_007_199_254_740_993)
        XCTAssertEqual(value["t"]?.flag, true)
        XCTAssertEqual(value["one"]?.whole, 1)
        XCTAssertEqual(value["half"], .number(0.5))
    }

    /// The xor that ends every step with a record was worked out by the Python client.
    func testHashesOfGoldenRecordsFoldToTheWrittenXor() throws {
        let steps = try GoldenFiles.conversation("trend")["steps"]?.items ?? []
        let added = steps.filter { $0["do"]?.text == "add" }
        XCTAssertGreaterThanOrEqual(added.count, 5)
        for end in added.indices {
            let records = added[...end].compactMap { $0["record"].flatMap { Record($0) } }
            XCTAssertEqual(Record.fold(records), added[end]["then"]?["xor"]?.text)
        }
        XCTAssertEqual(Record.fold([]), "0000000000000000")
    }
}

final class DigestTests: XCTestCase {
    private let known = [
        "": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq":
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ]

    func testTheVectorsOfTheStandardHold() {
        for (text, wanted) in known { XCTAssertEqual(Hashing.sha256Hex(Data(text.utf8)), wanted) }
    }

    func testThePlainHashGivesTheSameAtEveryLengthAroundABlock() {
        for (text, wanted) in known { XCTAssertEqual(Hashing.hex(PlainSHA256.hash(Array(text.utf8))), wanted) }
        for length in 50...130 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) }
            XCTAssertEqual(PlainSHA256.hash(bytes), Hashing.sha256(Data(bytes)), "\(length) bytes")
        }
    }

    /// From `hashlib.sha256(bytes(7 * i % 256 for i in range(n)))`; also where CryptoKit is absent and both are one.
    func testThePlainHashAgreesWithPythonAroundABlock() {
        let wanted: [Int: String] = [
            55: "576a1bf8d4478657e6dc4af9398544765c2a92cde28478b019235cfed315fc09",
            56: "9b20501dfd1d99161c257950f3444f3e49230c351c5c8e0943ef369f85f5205d",
            63: "30b345906b493f06f69444b6521113511c242f30e29840462950035043682f1e",
            64: "d8bc63b4fc1156e5e7d95a418b9bf54cd3174bedbc2db40f74895349b229b3c0",
            119: "7a6589821178918ca8d9edaba5abfc1e9b2669564f4469b66885379c1530b2c8",
            120: "655250427d56b1b0eeb8497d21428704273458a01772d6881b65c0abac0f8a98",
            1000: "89f4ff56a25dd1db06a4ce6033603775d705fb96f30f8693733fef602a1ca532",
        ]
        for (length, digest) in wanted {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) }
            XCTAssertEqual(Hashing.hex(PlainSHA256.hash(bytes)), digest, "\(length) bytes")
        }
    }
}

final class IdsTests: XCTestCase {
    func testAnIdIsALowerCaseUUIDOfVersionSevenThatSortsByTime() {
        let early = Ids.uuid7(at: Date(timeIntervalSince1970: 1_777_851_000))
        let late = Ids.uuid7(at: Date(timeIntervalSince1970: 1_777_851_001))
        let letters = Array(early)
        XCTAssertEqual(early.count, 36)
        XCTAssertEqual(early.lowercased(), early)
        XCTAssertEqual([8, 13, 18, 23].map { letters[$0] }, ["-", "-", "-", "-"])
        XCTAssertEqual(letters[14], "7")
        XCTAssertTrue("89ab".contains(letters[19]))
        XCTAssertLessThan(early, late)
        XCTAssertEqual(String(early.prefix(13)), "019df02d-64c0")
    }

    func testTwoIdsOfOneMomentDiffer() {
        let now = Date()
        XCTAssertEqual(Set((0..<100).map { _ in Ids.uuid7(at: now) }).count, 100)
    }

    func testTheSecondIdAfterAConflictIsTheOneWrittenInTheGoldenConversation() throws {
        let steps = try GoldenFiles.conversation("conflict")["steps"]?.items ?? []
        let mine = try XCTUnwrap(steps[4]["record"].flatMap { Record($0) })
        let live = (steps[5]["then"]?["live"]?.items ?? []).compactMap { $0.text }
        XCTAssertEqual(live.count, 2)
        XCTAssertTrue(live.contains(Ids.secondId(mine)))
    }
}
