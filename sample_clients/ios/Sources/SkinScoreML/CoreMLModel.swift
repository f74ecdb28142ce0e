// A loaded Core ML model: bytes in, the five outputs out, by name.
#if canImport(CoreML)
    import CoreML
    import Foundation
    import SkinScoreCore

    /// Where the work may run. In the background only the CPU is allowed.
    public enum Compute: Sendable {
        case foreground
        case background

        var units: MLComputeUnits { self == .background ? .cpuOnly : .all }
    }

    /// Runs one photo at a time: an MLModel belongs to one thread at once, which the lock sees to.
    final class CoreMLModel: @unchecked Sendable {
        private let model: MLModel
        private let lock = NSLock()

        private init(_ model: MLModel) {
            self.model = model
        }

        /// `compiled` is an `.mlmodelc`. The first load on a device takes long: the Neural Engine's code is made then.
        static func load(_ compiled: URL, _ compute: Compute) async throws -> CoreMLModel {
            let settings = MLModelConfiguration()
            settings.computeUnits = compute.units
            return CoreMLModel(try await MLModel.load(contentsOf: compiled, configuration: settings))
        }

        /// `pixels` are RGB bytes, size x size x 3. Throws `Trouble`, or what Core ML throws.
        func run(_ pixels: [UInt8], _ size: Int) throws -> Outputs {
            let image = MLFeatureValue(pixelBuffer: try PixelBuffer.filled(pixels, size))
            let input = try MLDictionaryFeatureProvider(dictionary: ["image": image])
            lock.lock()
            defer { lock.unlock() }
            let answer = try model.prediction(from: input)
            return Outputs(
                probabilities: try values(answer, "probabilities"), utilities: try values(answer, "utilities"),
                expected: try values(answer, "expected"), heatmaps: try values(answer, "heatmaps"),
                quality: try values(answer, "quality"))
        }

        private func values(_ answer: any MLFeatureProvider, _ name: String) throws -> [Float] {
            guard let array = answer.featureValue(for: name)?.multiArrayValue else {
                throw Trouble("does-not-run", "the model has no output \(name): update the app")
            }
            return MLShapedArray<Float>(converting: array).scalars  // row by row, whatever the strides are
        }
    }
#endif
