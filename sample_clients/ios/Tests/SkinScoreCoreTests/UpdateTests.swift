// A whole update over a server that breaks off, lies and runs out, and which bundle is used afterwards.
import Foundation
import XCTest

@testable import SkinScoreCore

final class UpdateTests: XCTestCase {
    func testANewerModelIsTakenAndThePreviousOneStays() async throws {
        let (install, four, five) = (try Install(), try SmallBundle(4), try SmallBundle(5))
        await install.shelf.put(four, 1)
        let first = try await install.update()
        XCTAssertEqual(first, .taken("0.0.4"))
        await install.shelf.put(five, 2)
        let second = try await install.update()
        XCTAssertEqual(second, .taken("0.0.5"))
        try install.damage(five.sha256)
        let fallback = try await install.inUse()
        XCTAssertEqual(fallback, 4)
        try install.damage(four.sha256)
        let last = try await install.inUse()
        XCTAssertEqual(last, 3)
        let third = try await install.update()
        XCTAssertEqual(third, .taken("0.0.5"))
        let again = try await install.update()
        XCTAssertEqual(again, .current)
    }

    func testADownloadThatBrokeOffGoesOnWhereItStoppedAndNoByteComesTwice() async throws {
        let (install, four) = (try Install(), try SmallBundle(4))
        await install.shelf.put(four, 1)
        await install.shelf.breakOff(after: 3, longest: 1000)
        let code = try await troubleCode { _ = try await install.update() }
        XCTAssertEqual(code, "offline")
        let before = try await install.inUse()
        XCTAssertEqual(before, 3)
        await install.shelf.breakOff(after: Int.max)
        let outcome = try await install.update()
        XCTAssertEqual(outcome, .taken("0.0.4"))
        let sent = await install.shelf.sent
        for bytes in four.parts.values {
            XCTAssertEqual(sent["/v1/models/files/\(Hashing.sha256Hex(bytes))"], bytes.count)
        }
    }

    func testBytesThatAreNotTheSignedOnesAreThrownAwayAndFetchedAnew() async throws {
        let (install, four) = (try Install(), try SmallBundle(4))
        await install.shelf.put(four, 1)
        await install.shelf.spoil(try XCTUnwrap(four.parts["m.mlpackage/Data/weight.bin"]))
        let code = try await troubleCode { _ = try await install.update() }
        XCTAssertEqual(code, "damaged")
        await install.shelf.put(four, 1)
        let outcome = try await install.update()
        XCTAssertEqual(outcome, .taken("0.0.4"))
    }

    func testAModelThatAnswersWronglyIsNotUsed() async throws {
        let photo: JSONValue = ["png": "", "input_sha256": "", "outputs": [:]]
        let golden: JSONValue = ["photos": [photo], "tolerance_expected": ["w8a16": .number(0.02)]]
        let (install, four) = (try Install(), try SmallBundle(4, golden: golden))
        await install.shelf.put(four, 1)
        let code = try await troubleCode { _ = try await install.update() }
        XCTAssertEqual(code, "wrong-answers")
        let inUse = try await install.inUse()
        XCTAssertEqual(inUse, 3)
    }

    func testAWithdrawnModelIsNotUsedAgainAndOneThatGoesBackMustSaySo() async throws {
        let (install, four) = (try Install(), try SmallBundle(4))
        await install.shelf.put(four, 1)
        _ = try await install.update()
        await install.shelf.put(install.shipped, 2, revoked: [four.sha256])
        let code = try await troubleCode { _ = try await install.update() }
        XCTAssertEqual(code, "not-newer")
        let inUse = try await install.inUse()
        XCTAssertEqual(inUse, 3)  // what was withdrawn is not used, even before another one is taken
        let kept = try await install.update()
        XCTAssertEqual(kept, .current)
    }

    func testAnOlderChannelIsNotFollowedAfterARestart() async throws {
        let (install, four) = (try Install(), try SmallBundle(4))
        await install.shelf.put(four, 5, share: 0)
        let outcome = try await install.update()
        XCTAssertEqual(outcome, .later)
        await install.shelf.put(four, 4)
        let code = try await troubleCode { _ = try await install.update() }
        XCTAssertEqual(code, "older-channel")
    }

    func testAServerThatDoesNotHoldItsModelSaysSo() async throws {
        let (install, four) = (try Install(), try SmallBundle(4))
        await install.shelf.put(four, 1)
        let empty = Shelf()
        let channel = try await install.shelf.send(Request("GET", "/v1/models/channel"), to: URL(fileURLWithPath: "/"))
        await empty.channelOnly(channel.body)
        let code = try await troubleCode { _ = try await install.update(empty) }
        XCTAssertEqual(code, "not-held")
    }

    func testAModelThatCannotEvenBeLoadedIsOneThatDoesNotRun() async throws {
        let install = try Install()
        await install.shelf.put(try SmallBundle(4), 1)
        let code = try await troubleCode {
            _ = try await install.update(grading: { _ in throw CocoaError(.featureUnsupported) })
        }
        XCTAssertEqual(code, "does-not-run")
        let inUse = try await install.inUse()
        XCTAssertEqual(inUse, 3)
    }

    func testGoldenPhotosOfAnotherFormAreATrouble() async throws {
        let install = try Install()
        await install.shelf.put(try SmallBundle(4, golden: ["photos": 7]), 1)
        let code = try await troubleCode { _ = try await install.update() }
        XCTAssertEqual(code, "other-form")
    }
}
