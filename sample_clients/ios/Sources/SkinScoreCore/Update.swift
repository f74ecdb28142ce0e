// Take a newer model through the operator's channel: prove it, switch to it whole, keep the previous one.
//
// Channel (signature, expiry, sequence, rollout) -> description (hash, signature, sequence) -> room on the disk ->
// files (size and hash, resumed where they broke off) -> golden photos -> switch. Whatever fails before the switch
// leaves the model in use as it is.
import Foundation

/// Makes ready to grade with a bundle.
public typealias MakeGrade = @Sendable (_ bundle: ModelBundle) async throws -> Grade

/// What came of looking for an update.
public enum UpdateOutcome: Equatable, Sendable {
    /// Another bundle is in use now, of this version.
    case taken(String)
    /// What the channel names is in use.
    case current
    /// A new model reaches some installs, and not this one yet.
    case later
}

struct Update: Sendable {
    let models: Models
    let server: Server
    let grading: MakeGrade
    var channel = "stable"
    var app = Version(About.version)

    /// Look, and take what is offered. Throws `Trouble`; the old model stays then.
    func run(_ now: Date = Date()) async throws -> UpdateOutcome {
        let offered = try await readChannel()
        let current = try? await models.open()  // before what the channel withdraws gives way to an older one
        let decision = try offered.decide(try await device(current), now)
        try await models.accept(offered.sequence, offered.revoked)
        if decision == .keep { return .current }
        if decision == .wait { return .later }
        let path = "/v1/models/bundles/\(offered.bundleSHA256)"
        let (raw, signature) = try await signed(path)
        let offer = try Update.chosen(raw, signature, offered, current?.offer.sequence, models.trust)
        try await obtain(offered.bundleSHA256, raw, signature, offer)
        try await models.switchTo(offered.bundleSHA256)
        return .taken(offer.version)
    }

    /// The description of the bundle that the channel means, if it is newer than `current`, or a rollback.
    static func chosen(
        _ raw: Data, _ signature: Data, _ channel: Channel, _ current: Int?, _ trust: Trust
    ) throws -> Offer {
        guard Hashing.sha256Hex(raw) == channel.bundleSHA256 else {
            throw Trouble("other-bundle", "the server sent another model than its channel names")
        }
        let offer = try ModelBundle.described(raw, signature, trust)
        if let current, offer.sequence <= current, !channel.rollback {
            let sentence = "\(offer.title) is not newer than sequence \(current), and the channel does not go back"
            throw Trouble("not-newer", sentence)
        }
        for part in try offer.needed() where !part.isInside {
            throw Trouble("outside", "the bundle names a file outside itself: \(part.path)")
        }
        return offer
    }

    private func readChannel() async throws -> Channel {
        let path = "/v1/models/channel"
        let (raw, signature) = try await signed(path)
        do {
            return try Channel.read(raw, signature, models.trust)
        } catch let trouble as Trouble where trouble.code == "changed" || trouble.code == "unknown-key" {
            let (again, fresh) = try await signed(path)  // perhaps a newer one came between the two requests
            return try Channel.read(again, fresh, models.trust)
        }
    }

    private func device(_ current: ModelBundle?) async throws -> Device {
        Device(
            channel: channel, app: app ?? Version([]), seen: await models.seen(), revoked: await models.revoked(),
            installId: try await models.installId(), inUse: current?.sha256)
    }

    /// Exact bytes and their signature.
    private func signed(_ path: String) async throws -> (Data, Data) {
        do {
            return (try await server.fetch(path).body, try await server.fetch("\(path)/signature").body)
        } catch let trouble as Trouble where trouble.code == "not-found" {
            throw Trouble("not-held", "the server does not hold the model that its channel names: try again later")
        }
    }

    /// The whole bundle on this device, proved on its golden photos; one that was kept is not fetched again.
    private func obtain(_ sha256: String, _ raw: Data, _ signature: Data, _ offer: Offer) async throws {
        let kept = models.held(sha256) != nil
        let folder = kept ? models.folder.appendingPathComponent(sha256) : models.unfinished(sha256)
        let parts = try offer.needed()
        let download = Download(server: server, folder: folder)
        try download.insistOnRoom(parts)
        Files.leaveOutOfBackups(models.folder)
        for part in parts { try await download.fetch(part) }
        try Files.writeAtomically(raw, to: folder.appendingPathComponent("bundle.json"))
        try Files.writeAtomically(signature, to: folder.appendingPathComponent("bundle.sig"))
        let bundle = try ModelBundle.open(folder, models.trust)
        let golden = try Golden.read(Data(contentsOf: bundle.goldenFile))
        try await golden.check(bundle.precision, try await Golden.ran { try await grading(bundle) })
    }
}
