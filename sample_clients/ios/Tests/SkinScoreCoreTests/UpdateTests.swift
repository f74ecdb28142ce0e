// A whole update over a server that breaks off, lies and runs out, and which bundle is used afterwards.
import Foundation
import XCTest

@testable import SkinScoreCore

/// Serves a channel and bundles, with ranges.
private actor Shelf: Transport {
    private var files: [String: Data] = [:]
    private var channel = Data()
    /// Bytes of a file that an answer holds at most; a broken line is one that brings less than was asked for.
    var longest = Int.max
    var answersLeft = Int.max
    private(set) var sent: [String: Int] = [:]

    func put(_ bundle: SmallBundle, _ sequence: Int, revoked: [String] = [], rollback: Bool = false, share: Int = 100) {
        files["/v1/models/bundles/\(bundle.sha256)"] = bundle.raw
        for bytes in bundle.parts.values { files["/v1/models/files/\(Digest.sha256Hex(bytes))"] = bytes }
        let said: JSONValue = [
            "schema": 1, "channel": "stable", "sequence": .integer(sequence), "expires_at": "2999-01-01T00:00:00Z",
            "bundle_sha256": .string(bundle.sha256), "min_app": "0.0.0", "rollout_pct": .integer(share),
            "rollback": .bool(rollback), "revoked": .array(revoked.map { .string($0) }),
        ]
        channel = said.canonical()
    }

    func spoil(_ bytes: Data) {
        files["/v1/models/files/\(Digest.sha256Hex(bytes))"] = Data(bytes.reversed())
    }

    func breakOff(after answers: Int, longest: Int = Int.max) {
        answersLeft = answers
        self.longest = longest
    }

    func send(_ request: Request, to server: URL) async throws -> Answer {
        if request.path == "/v1/models/channel" { return whole(channel) }
        if request.path.hasSuffix("/signature") { return whole(SmallBundle.signature) }
        guard let bytes = files[request.path] else {
            let problem: JSONValue = ["type": "urn:skinscore:problem:not-found", "title": "Not here"]
            return Answer(status: 404, headers: [:], body: problem.canonical())
        }
        guard let range = request.headers["Range"] else { return whole(bytes) }
        guard answersLeft > 0 else { throw URLError(.networkConnectionLost) }
        answersLeft -= 1
        return piece(bytes, range, request.path)
    }

    private func piece(_ bytes: Data, _ range: String, _ path: String) -> Answer {
        let ends = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
        let end = min(ends[1] + 1, ends[0] + min(longest, bytes.count), bytes.count)
        let body = Data([UInt8](bytes)[ends[0]..<end])
        sent[path, default: 0] += body.count
        let headers = [
            "Content-Type": "application/octet-stream", "Content-Range": "bytes \(ends[0])-\(end - 1)/\(bytes.count)",
        ]
        return Answer(status: 206, headers: headers, body: body)
    }

    private func whole(_ bytes: Data) -> Answer {
        Answer(status: 200, headers: ["Content-Type": "application/octet-stream"], body: bytes)
    }
}

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
            XCTAssertEqual(sent["/v1/models/files/\(Digest.sha256Hex(bytes))"], bytes.count)
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

extension Shelf {
    fileprivate func channelOnly(_ bytes: Data) {
        channel = bytes
    }
}

final class ModelBundleTests: XCTestCase {
    private func open(_ trust: Trust) throws -> ModelBundle {
        try ModelBundle.open(GoldenFiles.reference, trust)
    }

    func testTheCommittedBundleOpensWithTheDevelopmentKey() throws {
        #if canImport(CryptoKit)
            let bundle = try open(Trust(keys: Data(contentsOf: GoldenFiles.trustedKeys)))
        #else
            let keys = try JSONDecoder().decode([String: Data].self, from: Data(contentsOf: GoldenFiles.trustedKeys))
            let bundle = try open(Trust(keys: keys, runtime: [17, 0], holds: { _, _, _ in true }))
        #endif
        XCTAssertEqual(bundle.description.size, 224)
        XCTAssertEqual(bundle.description.attributes.count, 5)
        XCTAssertEqual(bundle.precision, "w8a16")
        XCTAssertTrue(
            FileManager.default.fileExists(atPath: bundle.package.appendingPathComponent("Manifest.json").path))
        XCTAssertEqual(bundle.description.heatScales.count, 5)
    }

    func testAnUnknownKeyOpensNothing() async throws {
        let trust = Trust(keys: [:], runtime: [17, 0], holds: { _, _, _ in true })
        let code = try await troubleCode { _ = try open(trust) }
        XCTAssertEqual(code, "unknown-key")
    }

    func testABundleWithAFileChangedOrMissingIsNotOpened() async throws {
        let scratch = try Scratch()
        let trust = Trust(keys: ["k": Data([1])], runtime: [17, 0], holds: { _, _, _ in true })
        let missing = try await troubleCode { _ = try ModelBundle.open(scratch.folder, trust) }
        XCTAssertEqual(missing, "missing")
        try SmallBundle(3).write(to: scratch.folder)
        XCTAssertEqual(try ModelBundle.open(scratch.folder, trust).offer.sequence, 3)
        try Data("{ }".utf8).write(to: scratch.folder.appendingPathComponent("m.mlpackage/Manifest.json"))
        let damaged = try await troubleCode { _ = try ModelBundle.open(scratch.folder, trust) }
        XCTAssertEqual(damaged, "damaged")
    }

    func testVersionsCompareNumberByNumber() throws {
        XCTAssertLessThan(try XCTUnwrap(Version("1.9.0")), try XCTUnwrap(Version("1.10.0")))
        XCTAssertLessThan(try XCTUnwrap(Version("17")), try XCTUnwrap(Version("17.0")))
        for wrong in ["", "1.", "1.x", "-1", "iOS 17"] { XCTAssertNil(Version(wrong), wrong) }
    }
}
