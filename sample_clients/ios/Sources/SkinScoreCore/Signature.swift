// Whether a trusted key signed these exact bytes (Ed25519).
import Foundation

#if canImport(CryptoKit)
    import CryptoKit
#endif

/// The keys that an app trusts, and the system it runs on.
public struct Trust: Sendable {
    typealias Check = @Sendable (_ signature: Data, _ signed: Data, _ key: Data) throws -> Bool

    let keys: [String: Data]
    /// The iOS version that this machine's Core ML is worth, most important number first.
    let runtime: [Int]
    private let holds: Check

    /// `keys` is the content of `trusted_keys.json`: key id to public key in base64. Throws `DecodingError`.
    public init(keys: Data) throws {
        let written = try JSONDecoder().decode([String: String].self, from: keys)
        self.init(keys: written.compactMapValues { Data(base64Encoded: $0) }, runtime: Trust.thisRuntime)
    }

    init(keys: [String: Data], runtime: [Int], holds: @escaping Check = Trust.ed25519) {
        self.keys = keys
        self.runtime = runtime
        self.holds = holds
    }

    private struct Detached: Decodable {
        let keyId: String
        let signature: String

        enum CodingKeys: String, CodingKey {
            case keyId = "key_id"
            case signature
        }
    }

    /// Throws `Trouble`: `unknown-key`, or `changed`.
    func verify(_ raw: Data, _ signature: Data, _ what: String) throws {
        guard let said = try? JSONDecoder().decode(Detached.self, from: signature), let key = keys[said.keyId],
            let signed = Data(base64Encoded: said.signature)
        else {
            let sentence = "the \(what) is signed by an unknown key, or its signature is damaged"
            throw Trouble("unknown-key", sentence)
        }
        guard try holds(signed, raw, key) else {
            throw Trouble("changed", "the \(what) was changed after it was signed")
        }
    }

    #if canImport(CryptoKit)
        static let ed25519: Check = { signature, signed, key in
            guard let known = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else { return false }
            return known.isValidSignature(signature, for: signed)
        }
    #else
        static let ed25519: Check = { _, _, _ in
            throw Trouble("no-ed25519", "this machine has no CryptoKit, and nothing else here verifies signatures")
        }
    #endif

    #if os(macOS)
        /// macOS 14 to 15 carry the Core ML of iOS 17 to 18; from 26 on the numbers are equal.
        static var thisRuntime: [Int] {
            let version = ProcessInfo.processInfo.operatingSystemVersion
            return [version.majorVersion < 26 ? version.majorVersion + 3 : version.majorVersion, version.minorVersion]
        }
    #else
        static var thisRuntime: [Int] {
            let version = ProcessInfo.processInfo.operatingSystemVersion
            return [version.majorVersion, version.minorVersion]
        }
    #endif
}
