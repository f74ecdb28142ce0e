// Open a bundle: signature, sizes and hashes first; a file that fails is never run.
import Foundation

/// A verified bundle on disk. `sha256` is of its bundle.json.
public final class ModelBundle: Sendable {
    public let offer: Offer
    public let description: BundleDescription
    public let folder: URL
    public let sha256: String
    private let file: Offer.File

    init(_ offer: Offer, _ description: BundleDescription, in folder: URL, sha256: String) throws {
        self.offer = offer
        self.description = description
        self.folder = folder
        self.sha256 = sha256
        file = try offer.phoneFile()
    }

    /// Verify and open. Throws `Trouble`.
    public static func open(_ folder: URL, _ trust: Trust) throws -> ModelBundle {
        guard let raw = try? Data(contentsOf: folder.appendingPathComponent("bundle.json")),
            let signature = try? Data(contentsOf: folder.appendingPathComponent("bundle.sig"))
        else { throw Trouble("missing", "there is no signed bundle in \(folder.lastPathComponent)") }
        let offer = try described(raw, signature, trust)
        for part in try offer.phoneFile().parts {
            let bytes = try? Data(contentsOf: folder.appendingPathComponent(part.path))
            guard part.isInside, let bytes, part.fits(bytes) else {
                throw Trouble("damaged", "\(part.path) is missing or damaged: get the bundle again")
            }
        }
        guard let description = try? JSONDecoder().decode(BundleDescription.self, from: raw), description.isWhole else {
            throw Trouble("other-form", otherForm)
        }
        return try ModelBundle(offer, description, in: folder, sha256: Hashing.sha256Hex(raw))
    }

    /// The content of a signed bundle.json that this client can run. Throws `Trouble`.
    static func described(_ raw: Data, _ signature: Data, _ trust: Trust) throws -> Offer {
        try trust.verify(raw, signature, "bundle")
        guard let offer = try? JSONDecoder().decode(Offer.self, from: raw), offer.schema == Offer.schemaRead else {
            throw Trouble("other-form", otherForm)
        }
        let needed = try offer.phoneFile().minRuntime
        guard let version = Version(needed.replacingOccurrences(of: "iOS ", with: "")),
            version <= Version(trust.runtime)
        else { throw Trouble("runtime-too-old", "the model needs \(needed): update the system, or the app") }
        return offer
    }

    private static let otherForm = "the bundle has another form than this client reads: update the app"

    /// Name, version and sequence, as records carry them.
    public var model: JSONValue {
        ["name": .string(offer.name), "version": .string(offer.version), "sequence": .integer(offer.sequence)]
    }

    /// The hash that records carry: of the file that holds the weights, the largest.
    public var modelSHA256: String {
        file.parts.max { $0.bytes < $1.bytes }?.sha256 ?? ""
    }

    /// How exact the file's numbers are, such as `w8a16`; golden answers are kept per precision.
    public var precision: String { file.precision }

    /// The `.mlpackage`: the first folder of its parts' paths.
    public var package: URL {
        let first = file.parts[0].path.split(separator: "/").first.map { String($0) } ?? ""
        return folder.appendingPathComponent(first)
    }

    public var goldenFile: URL { folder.appendingPathComponent(offer.golden.path) }
}
