// What must be decided before a model is downloaded, held to updates.json.
import Foundation
import XCTest

@testable import SkinScoreCore

final class UpdateDecisionTests: XCTestCase {
    private struct Vectors: Decodable {
        struct Device: Decodable {
            let channel: String
            let app: String
            let seen: Int
            let revoked: [String]
            let install_id: String
            let in_use: String?
        }

        struct Channel: Decodable {
            let name: String
            let text: String
            let signature: String
            let device: Device
            let now: String
            let decision: String
        }

        struct Named: Decodable {
            let bundle_sha256: String
            let rollback: Bool
        }

        struct Bundle: Decodable {
            let name: String
            let text: String
            let signature: String
            let channel: Named
            let in_use_sequence: Int?
            let decision: String
        }

        struct Turn: Decodable {
            let install_id: String
            let bundle_sha256: String
            let turn: Int
        }

        let trusted: [String: Data]
        let channels: [Channel]
        let bundles: [Bundle]
        let turns: [Turn]
    }

    private func vectors() throws -> Vectors {
        try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: GoldenFiles.updates))
    }

    /// Where there is no CryptoKit, signatures are taken to hold, and only the vectors that a signature decides are
    /// left out.
    private func trust(_ vectors: Vectors) -> Trust {
        #if canImport(CryptoKit)
            return Trust(keys: vectors.trusted, runtime: [17, 0])
        #else
            return Trust(keys: vectors.trusted, runtime: [17, 0], holds: { _, _, _ in true })
        #endif
    }

    private func decision(_ one: Vectors.Channel, _ trust: Trust) throws -> String {
        do {
            let channel = try Channel.read(Data(one.text.utf8), Data(one.signature.utf8), trust)
            let app = try XCTUnwrap(Version(one.device.app))
            let device = Device(
                channel: one.device.channel, app: app, seen: one.device.seen, revoked: Set(one.device.revoked),
                installId: one.device.install_id, inUse: one.device.in_use)
            let now = try XCTUnwrap(Moment(one.now))
            return try channel.decide(device, Date(timeIntervalSince1970: now.instant)).rawValue
        } catch let trouble as Trouble {
            return trouble.code
        }
    }

    private func decision(_ one: Vectors.Bundle, _ trust: Trust) throws -> String {
        let channel = Channel(
            channel: "stable", sequence: 7, expiresAt: "", expiry: 0, bundleSHA256: one.channel.bundle_sha256,
            minApp: "",
            neededApp: Version([]), rolloutPct: 100, rollback: one.channel.rollback, revoked: [])
        do {
            _ = try Update.chosen(
                Data(one.text.utf8), Data(one.signature.utf8), channel, one.in_use_sequence, trust)
            return Decision.take.rawValue
        } catch let trouble as Trouble {
            return trouble.code
        }
    }

    func testEveryChannelComesToItsDecision() throws {
        let vectors = try vectors()
        let decided = vectors.channels.filter { $0.decision != "changed" }
        XCTAssertGreaterThanOrEqual(decided.count, 20)
        for one in decided { XCTAssertEqual(try decision(one, trust(vectors)), one.decision, one.name) }
    }

    func testEveryBundleComesToItsDecision() throws {
        let vectors = try vectors()
        let decided = vectors.bundles.filter { $0.decision != "changed" }
        XCTAssertGreaterThanOrEqual(decided.count, 11)
        for one in decided { XCTAssertEqual(try decision(one, trust(vectors)), one.decision, one.name) }
    }

    func testWhatWasChangedAfterItWasSignedIsRefused() throws {
        #if canImport(CryptoKit)
            let vectors = try vectors()
            let channels = vectors.channels.filter { $0.decision == "changed" }
            XCTAssertGreaterThanOrEqual(channels.count, 3)
            for one in channels { XCTAssertEqual(try decision(one, trust(vectors)), "changed", one.name) }
            for one in vectors.bundles.filter({ $0.decision == "changed" }) {
                XCTAssertEqual(try decision(one, trust(vectors)), "changed", one.name)
            }
        #else
            throw XCTSkip("Ed25519 comes from CryptoKit, which this system lacks; no signature code is written by hand")
        #endif
    }

    func testWithoutCryptoKitNothingIsTrusted() throws {
        #if canImport(CryptoKit)
            throw XCTSkip("this system has CryptoKit")
        #else
            let vectors = try vectors()
            let strict = Trust(keys: vectors.trusted, runtime: [17, 0])
            XCTAssertEqual(try decision(vectors.channels[0], strict), "no-ed25519")
        #endif
    }

    func testEveryTurnIsTheWrittenOne() throws {
        let turns = try vectors().turns
        XCTAssertGreaterThanOrEqual(turns.count, 20)
        for one in turns { XCTAssertEqual(Channel.turn(one.install_id, one.bundle_sha256), one.turn) }
    }
}
