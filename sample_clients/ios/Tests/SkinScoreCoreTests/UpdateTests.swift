// A whole update over a server that breaks off, lies and runs out, and which bundle is used afterwards.
import Foundation
import XCTest

@testable import SkinScoreCore

/// A device with bundle 3 shipped, that sees a shelf.
private final class Phone: Sendable {
    let shelf = Shelf()
    let shipped: SmallBundle
    private let scratch: Scratch.Place
    let store: Store

    init(_ scratch: Scratch) throws {
        self.scratch = Scratch.Place(scratch.folder)
        shipped = try SmallBundle(3)
        try shipped.write(to: scratch.folder.appendingPathComponent("shipped"))
        store = try Store(home: scratch.folder.appendingPathComponent("home"))
    }

    var models: Models {
        let trust = Trust(keys: ["k": Data([1])], runtime: [17, 0], holds: { _, _, _ in true })
        return Models(
            shipped: scratch.folder.appendingPathComponent("shipped"),
            home: scratch.folder.appendingPathComponent("home"),
            store: store, trust: trust)
    }

    func update() async throws -> UpdateOutcome {
        let server = Server(
            url: URL(fileURLWithPath: "/"), store: store, secrets: FileSecrets(home: scratch.folder), transport: shelf,
            patience: .none)
        return try await Update(models: models, server: server, grading: { _ in { _, _ in throw Trouble("test", "") } })
            .run()
    }

    func inUse() async throws -> Int {
        try await models.open().offer.sequence
    }

    func damage(_ name: String) throws {
        let home = scratch.folder.appendingPathComponent("home/models")
        try Data("x".utf8).write(
            to: home.appendingPathComponent(name).appendingPathComponent("m.mlpackage/Manifest.json"))
    }
}

extension Scratch {
    fileprivate struct Place: Sendable {
        let folder: URL
        init(_ folder: URL) { self.folder = folder }
    }
}

final class UpdateTests: XCTestCase {
    private var scratch: Scratch?

    private func phone() throws -> Phone {
        let made = try Scratch()
        scratch = made
        return try Phone(made)
    }

    override func tearDown() {
        scratch = nil
    }

    func testANewerModelIsTakenAndThePreviousOneStays() async throws {
        let (phone, four, five) = (try phone(), try SmallBundle(4), try SmallBundle(5))
        await phone.shelf.put(four, 1)
        let first = try await phone.update()
        XCTAssertEqual(first, .taken("0.0.4"))
        await phone.shelf.put(five, 2)
        let second = try await phone.update()
        XCTAssertEqual(second, .taken("0.0.5"))
        try phone.damage(five.sha256)
        let fallback = try await phone.inUse()
        XCTAssertEqual(fallback, 4)
        try phone.damage(four.sha256)
        let last = try await phone.inUse()
        XCTAssertEqual(last, 3)
        let third = try await phone.update()
        XCTAssertEqual(third, .taken("0.0.5"))
        let again = try await phone.update()
        XCTAssertEqual(again, .current)
    }

    func testADownloadThatBrokeOffGoesOnWhereItStoppedAndNoByteComesTwice() async throws {
        let (phone, four) = (try phone(), try SmallBundle(4))
        await phone.shelf.put(four, 1)
        await phone.shelf.breakOff(after: 3, longest: 1000)
        let code = try await troubleCode { _ = try await phone.update() }
        XCTAssertEqual(code, "offline")
        let before = try await phone.inUse()
        XCTAssertEqual(before, 3)
        await phone.shelf.breakOff(after: Int.max)
        let outcome = try await phone.update()
        XCTAssertEqual(outcome, .taken("0.0.4"))
        let sent = await phone.shelf.sent
        for bytes in four.parts.values {
            XCTAssertEqual(sent["/v1/models/files/\(Hashing.sha256Hex(bytes))"], bytes.count)
        }
    }

    func testBytesThatAreNotTheSignedOnesAreThrownAwayAndFetchedAnew() async throws {
        let (phone, four) = (try phone(), try SmallBundle(4))
        await phone.shelf.put(four, 1)
        await phone.shelf.spoil(try XCTUnwrap(four.parts["m.mlpackage/Data/weight.bin"]))
        let code = try await troubleCode { _ = try await phone.update() }
        XCTAssertEqual(code, "damaged")
        await phone.shelf.put(four, 1)
        let outcome = try await phone.update()
        XCTAssertEqual(outcome, .taken("0.0.4"))
    }

    func testAModelThatAnswersWronglyIsNotUsed() async throws {
        let photo: JSONValue = ["png": "", "input_sha256": "", "outputs": [:]]
        let golden: JSONValue = ["photos": [photo], "tolerance_expected": ["w8a16": .number(0.02)]]
        let (phone, four) = (try phone(), try SmallBundle(4, golden: golden))
        await phone.shelf.put(four, 1)
        let code = try await troubleCode { _ = try await phone.update() }
        XCTAssertEqual(code, "does-not-run")
        let inUse = try await phone.inUse()
        XCTAssertEqual(inUse, 3)
    }

    func testAWithdrawnModelIsNotUsedAgainAndOneThatGoesBackMustSaySo() async throws {
        let (phone, four) = (try phone(), try SmallBundle(4))
        await phone.shelf.put(four, 1)
        _ = try await phone.update()
        await phone.shelf.put(phone.shipped, 2, revoked: [four.sha256])
        let code = try await troubleCode { _ = try await phone.update() }
        XCTAssertEqual(code, "not-newer")
        let inUse = try await phone.inUse()
        XCTAssertEqual(inUse, 3)  // what was withdrawn is not used, even before another one is taken
        let kept = try await phone.update()
        XCTAssertEqual(kept, .current)
    }

    func testAnOlderChannelIsNotFollowedAfterARestart() async throws {
        let (phone, four) = (try phone(), try SmallBundle(4))
        await phone.shelf.put(four, 5, share: 0)
        let outcome = try await phone.update()
        XCTAssertEqual(outcome, .later)
        await phone.shelf.put(four, 4)
        let code = try await troubleCode { _ = try await phone.update() }
        XCTAssertEqual(code, "older-channel")
    }

    func testAServerThatDoesNotHoldItsModelSaysSo() async throws {
        let (phone, four) = (try phone(), try SmallBundle(4))
        await phone.shelf.put(four, 1)
        let empty = Shelf()
        let channel = try await phone.shelf.send(Request("GET", "/v1/models/channel"), to: URL(fileURLWithPath: "/"))
        await empty.channelOnly(channel.body)
        let server = Server(
            url: URL(fileURLWithPath: "/"), store: phone.store, secrets: FileSecrets(home: URL(fileURLWithPath: "/")),
            transport: empty, patience: .none)
        let update = Update(
            models: phone.models, server: server, grading: { _ in { _, _ in throw Trouble("test", "") } })
        let code = try await troubleCode { _ = try await update.run() }
        XCTAssertEqual(code, "not-held")
    }

    func testADiskWithoutRoomIsNotFilled() async throws {
        let scratch = try Scratch()
        let server = Server(
            url: URL(fileURLWithPath: "/"), store: try Store(home: scratch.folder),
            secrets: FileSecrets(home: scratch.folder),
            transport: Shelf(), patience: .none)
        let huge = Offer.Part(path: "x", bytes: 1 << 60, sha256: "")
        let code = try await troubleCode { try Download(server: server, folder: scratch.folder).insistOnRoom([huge]) }
        XCTAssertEqual(code, "no-room")
    }
}
