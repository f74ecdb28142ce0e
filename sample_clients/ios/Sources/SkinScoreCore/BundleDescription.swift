// bundle.json as Swift values. What an update must know stands apart from what grading needs.
import Foundation

/// The part of a bundle's description that decides whether it is taken; every schema 1 bundle has it.
public struct Offer: Decodable, Equatable, Sendable {
    public struct Part: Decodable, Equatable, Sendable {
        public let path: String
        public let bytes: Int
        public let sha256: String

        /// Whether these are the bytes that the bundle lists.
        func fits(_ data: Data) -> Bool {
            data.count == bytes && Hashing.sha256Hex(data) == sha256
        }

        /// Whether the path stays inside the bundle's folder.
        var isInside: Bool {
            !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
        }
    }

    public struct File: Decodable, Equatable, Sendable {
        public let format: String
        public let backend: String
        public let precision: String
        public let minRuntime: String
        public let parts: [Part]

        enum CodingKeys: String, CodingKey {
            case format, backend, precision, parts
            case minRuntime = "min_runtime"
        }
    }

    public let schema: Int
    public let name: String
    public let version: String
    public let sequence: Int
    public let files: [File]
    public let golden: Part

    static let schemaRead = 1

    /// The Core ML file; int8 weights where there are several.
    func phoneFile() throws -> File {
        let found = files.filter { $0.format == "coreml" && $0.backend == "coreml" && !$0.parts.isEmpty }
        guard let file = found.first(where: { $0.precision == "w8a16" }) ?? found.first else {
            throw Trouble("no-file", "the bundle has no Core ML file")
        }
        return file
    }

    /// Everything that this client needs of a bundle: its model file and the golden photos.
    func needed() throws -> [Part] {
        try phoneFile().parts + [golden]
    }

    var title: String { "model \(version) (sequence \(sequence))" }
}

/// The part of a bundle's description that grading goes by.
public struct BundleDescription: Decodable, Equatable, Sendable {
    public struct Attribute: Decodable, Equatable, Sendable, Identifiable {
        public let key: String
        public let en: String
        public let ko: String
        /// `better`, `worse` or `neutral`.
        public let moreIs: String

        public var id: String { key }

        enum CodingKeys: String, CodingKey {
            case key, en, ko
            case moreIs = "more_is"
        }
    }

    struct Input: Decodable, Equatable, Sendable {
        let size: Int
    }

    struct Output: Decodable, Equatable, Sendable {
        let name: String
        let shape: [Int]
        let scale: [Double]?
    }

    struct Decoding: Decodable, Equatable, Sendable {
        let conformalQ: [Double]
        let coverage: Double

        enum CodingKeys: String, CodingKey {
            case conformalQ = "conformal_q"
            case coverage
        }
    }

    struct QualityGate: Decodable, Equatable, Sendable {
        let luma: [Double]
        let clipped: Double
        let sharpness: Double
    }

    public let attributes: [Attribute]
    let input: Input
    let outputs: [Output]
    let decoding: Decoding
    let qualityGate: QualityGate
    /// Parts that the model saw with labels in training, per attribute.
    public let gradedParts: [String: [Int]]

    enum CodingKeys: String, CodingKey {
        case attributes, input, outputs, decoding
        case qualityGate = "quality_gate"
        case gradedParts = "graded_parts"
    }

    public static let outputNames = ["probabilities", "utilities", "expected", "heatmaps", "quality"]

    /// Side of the model's input, in px.
    public var size: Int { input.size }

    /// Of 100 photos like those of the training, in how many the range holds the true grade.
    public var coverage: Int { Int((decoding.coverage * 100).rounded()) }

    /// The drawing scale of each attribute's map.
    public var heatScales: [Double] { outputs.first { $0.name == "heatmaps" }?.scale ?? [] }

    func shape(_ output: String) -> [Int]? {
        outputs.first { $0.name == output }?.shape
    }

    /// Whether all lists are as long as there are attributes, so that grading cannot run past one.
    var isWhole: Bool {
        let count = attributes.count
        return count > 0 && size > 0 && decoding.conformalQ.count == count && qualityGate.luma.count == 2
            && heatScales.count == count && heatScales.allSatisfy { $0 > 0 }
    }
}
