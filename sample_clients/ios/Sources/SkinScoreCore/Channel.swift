// The signed channel file: which bundle the operator wants apps to take, from when, until when, how many of them.
//
// `decide` is a pure function of the channel, the device and the time, so that every client can be held to the same
// vectors (sample_clients/golden/updates.json).
import Foundation

/// What the channel names is in use; it is not this install's turn yet; fetch it.
public enum Decision: String, Equatable, Sendable {
    case keep
    case wait
    case take
}

/// What an install knows of itself when it looks at a channel.
struct Device: Sendable {
    /// The channel that it follows.
    let channel: String
    let app: Version
    /// The highest channel sequence that it accepted.
    let seen: Int
    /// Bundles that an accepted channel withdrew.
    let revoked: Set<String>
    let installId: String
    /// Hash of its bundle, nil where it has none that works.
    let inUse: String?
}

/// A channel whose signature holds.
struct Channel: Sendable {
    let channel: String
    let sequence: Int
    let expiresAt: String
    let expiry: Double
    let bundleSHA256: String
    let minApp: String
    let neededApp: Version
    let rolloutPct: Int
    let rollback: Bool
    let revoked: Set<String>

    /// Verify and read; fields that this client does not know are left alone. Throws `Trouble`.
    static func read(_ raw: Data, _ signature: Data, _ trust: Trust) throws -> Channel {
        try trust.verify(raw, signature, "channel")
        guard let said = try? JSONDecoder().decode(Written.self, from: raw), said.schema == 1,
            let expires = Moment(said.expiresAt), let app = Version(said.minApp)
        else {
            throw Trouble("other-form", "the channel has another form than this client reads: update the app")
        }
        return Channel(
            channel: said.channel, sequence: said.sequence, expiresAt: said.expiresAt, expiry: expires.instant,
            bundleSHA256: said.bundleSHA256, minApp: said.minApp, neededApp: app, rolloutPct: said.rolloutPct,
            rollback: said.rollback, revoked: Set(said.revoked))
    }

    private struct Written: Decodable {
        let schema: Int
        let channel: String
        let sequence: Int
        let expiresAt: String
        let bundleSHA256: String
        let minApp: String
        let rolloutPct: Int
        let rollback: Bool
        let revoked: [String]

        enum CodingKeys: String, CodingKey {
            case schema, channel, sequence, rollback, revoked
            case expiresAt = "expires_at"
            case bundleSHA256 = "bundle_sha256"
            case minApp = "min_app"
            case rolloutPct = "rollout_pct"
        }
    }

    /// Keep, wait or take. Throws `Trouble` for a channel that may not be followed (any more).
    func decide(_ device: Device, _ now: Date) throws -> Decision {
        try insist(
            channel == device.channel, "other-channel", "the server offers '\(channel)', not '\(device.channel)'")
        try insist(
            sequence >= device.seen, "older-channel", "channel \(sequence) is older than \(device.seen), seen before")
        try insist(
            expiry > now.timeIntervalSince1970, "expired", "the channel expired at \(expiresAt): its operator renews it"
        )
        try insist(neededApp <= device.app, "app-too-old", "the new model needs app \(minApp): update the app first")
        let withdrawn = device.revoked.union(revoked)
        try insist(!withdrawn.contains(bundleSHA256), "withdrawn", "the channel names a model that was withdrawn")
        guard let inUse = device.inUse, !withdrawn.contains(inUse) else { return .take }
        if inUse == bundleSHA256 { return .keep }
        return Channel.turn(device.installId, bundleSHA256) < rolloutPct ? .take : .wait
    }

    private func insist(_ holds: Bool, _ code: String, _ sentence: String) throws {
        if !holds { throw Trouble(code, sentence) }
    }

    /// When it is this install's turn, 0..99: of SHA-256("INSTALL:BUNDLE") the first 8 bytes, big-endian, modulo 100.
    ///
    /// The bundle is hashed too, so that every new one has other first takers; raising the share only adds installs.
    static func turn(_ installId: String, _ bundleSHA256: String) -> Int {
        let digest = Hashing.sha256(Data("\(installId):\(bundleSHA256)".utf8))
        let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int(number % 100)
    }
}
