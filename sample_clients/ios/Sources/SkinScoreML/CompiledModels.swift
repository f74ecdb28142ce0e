// Compiled models are kept below `home`/compiled under their bundle's hash, never under a path that iOS may change.
#if canImport(CoreML)
    import CoreML
    import Foundation
    import SkinScoreCore

    enum CompiledModels {
        /// The bundle's model, ready to run; compiled on first use, and once more when it cannot be loaded.
        static func load(_ bundle: ModelBundle, _ home: URL, _ compute: Compute) async throws -> CoreMLModel {
            let folder = home.appendingPathComponent("compiled")
            let place = folder.appendingPathComponent("\(bundle.sha256).mlmodelc")
            if FileManager.default.fileExists(atPath: place.path),
                let model = try? await CoreMLModel.load(place, compute)
            {
                return model
            }
            try await compile(bundle.package, to: place)
            Files.leaveOutOfBackups(folder)
            removeOthers(folder, than: place.lastPathComponent)
            return try await CoreMLModel.load(place, compute)
        }

        private static func compile(_ package: URL, to place: URL) async throws {
            let made = try await MLModel.compileModel(at: package)  // in a temporary folder
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try? FileManager.default.removeItem(at: place)
            try FileManager.default.moveItem(at: made, to: place)
        }

        private static func removeOthers(_ folder: URL, than kept: String) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for name in names where name != kept {
                try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
            }
        }
    }
#endif
