// From the model's outputs to grades, and how sure they are.
import Foundation

/// What the model file gives for one photo; shapes without the batch: 5x5, 5x5, 5, 5xhxw, 3.
public struct Outputs: Equatable, Sendable {
    public let probabilities: [Float]
    public let utilities: [Float]
    public let expected: [Float]
    public let heatmaps: [Float]
    public let quality: [Float]

    public init(
        probabilities: [Float], utilities: [Float], expected: [Float], heatmaps: [Float], quality: [Float]
    ) {
        self.probabilities = probabilities
        self.utilities = utilities
        self.expected = expected
        self.heatmaps = heatmaps
        self.quality = quality
    }

    /// Whether the numbers are as many as the bundle says, numbers at all, and the probabilities such.
    func fits(_ bundle: BundleDescription) -> Bool {
        let all = [probabilities, utilities, expected, heatmaps, quality]
        let shaped = zip(BundleDescription.outputNames, all).allSatisfy { name, values in
            bundle.shape(name)?.reduce(1, *) == values.count && values.allSatisfy { $0.isFinite }
        }
        let count = bundle.attributes.count
        guard shaped, expected.count == count, quality.count == 3, probabilities.allSatisfy({ $0 >= 0 }) else {
            return false
        }
        return (0..<count).allSatisfy { abs(Scoring.piece(probabilities, $0, count).reduce(0, +) - 1) < Outputs.slack }
    }

    private static let slack: Float = 0.05  // 16-bit softmax sums to 1 only nearly
}

/// One attribute's answer: most likely and balanced grade, plausible range, expected grade, map.
public struct Graded: Equatable, Sendable, Identifiable {
    public let key: String
    public let grade: Int
    public let balanced: Int
    public let low: Int
    public let high: Int
    public let expected: Float
    public let probabilities: [Float]
    /// Signed, row by row, square.
    public let heat: [Float]
    /// Whether the model was ever taught this attribute on this part of the face.
    public let believed: Bool

    public var id: String { key }
}

/// Mean luma 0..1, share of clipped pixels 0..1, variance of the Laplacian.
public struct Quality: Equatable, Sendable {
    public let luma: Double
    public let clipped: Double
    public let sharpness: Double
}

/// What to do better in the next photo.
public enum Advice: String, Equatable, Sendable {
    case tooDark = "too-dark"
    case tooBright = "too-bright"
    case clipped
    case blurred
}

/// A graded photo. `pixels` are the model's input bytes, S x S x 3.
public struct Grading: Equatable, Sendable {
    public let attributes: [Graded]
    public let pixels: [UInt8]
    public let quality: Quality
    public let advice: [Advice]
    public let part: Int

    /// Hash of the model's input bytes, comparable between all clients and the server.
    public var inputSHA256: String { Hashing.sha256Hex(Data(pixels)) }

    /// All that a photo's outputs say. Throws `Trouble` when they are not what the bundle describes.
    public init(_ outputs: Outputs, of bundle: BundleDescription, pixels: [UInt8], part: Int) throws {
        guard outputs.fits(bundle) else {
            throw Trouble("does-not-run", "the model's answers are not what its bundle says; update the app")
        }
        let figures = outputs.quality.map { Double($0) }
        self.pixels = pixels
        self.part = part
        quality = Quality(luma: figures[0], clipped: figures[1], sharpness: figures[2])
        advice = Scoring.advice(bundle.qualityGate, quality)
        attributes = bundle.attributes.indices.map { Scoring.graded(outputs, bundle, $0, part) }
    }
}

enum Scoring {
    static func graded(_ outputs: Outputs, _ bundle: BundleDescription, _ place: Int, _ part: Int) -> Graded {
        let (count, key) = (bundle.attributes.count, bundle.attributes[place].key)
        let probabilities = piece(outputs.probabilities, place, count)
        let range = plausible(probabilities, bundle.decoding.conformalQ[place])
        return Graded(
            key: key,
            grade: largest(probabilities),
            balanced: largest(piece(outputs.utilities, place, count)),
            low: range.low,
            high: range.high,
            expected: outputs.expected[place],
            probabilities: probabilities,
            heat: piece(outputs.heatmaps, place, count),
            believed: bundle.gradedParts[key]?.contains(part) ?? false)
    }

    /// Lowest and highest grade whose ranked probability score is at most q; holds the most likely grade.
    static func plausible(_ probabilities: [Float], _ q: Double) -> (low: Int, high: Int) {
        var total = 0.0
        let steps = probabilities.dropLast().map { probability -> Double in
            total += Double(probability)
            return total
        }
        var inside = [largest(probabilities)]
        for grade in probabilities.indices {
            let score = steps.enumerated().reduce(0.0) { sum, step in
                let miss = step.element - (grade <= step.offset ? 1 : 0)
                return sum + miss * miss
            }
            if score <= q { inside.append(grade) }
        }
        return (inside.min() ?? 0, inside.max() ?? 0)
    }

    static func advice(_ gate: BundleDescription.QualityGate, _ quality: Quality) -> [Advice] {
        var asked: [Advice] = []
        if quality.luma < gate.luma[0] { asked.append(.tooDark) }
        if quality.luma > gate.luma[1] { asked.append(.tooBright) }
        if quality.clipped > gate.clipped { asked.append(.clipped) }
        if quality.sharpness < gate.sharpness { asked.append(.blurred) }
        return asked
    }

    /// The place of the largest value, the first of equal ones.
    static func largest(_ values: [Float]) -> Int {
        var best = 0
        for place in values.indices where values[place] > values[best] { best = place }
        return best
    }

    static func piece(_ values: [Float], _ place: Int, _ count: Int) -> [Float] {
        let length = values.count / count
        return Array(values[(place * length)..<((place + 1) * length)])
    }
}
