// The client with Core ML behind it.
#if canImport(CoreML)
    import Foundation
    import SkinScoreCore

    public enum OnThisPhone {
        /// Grades with Core ML; `compute` is asked whenever a model is loaded.
        public static func grading(home: URL, compute: @escaping @Sendable () async -> Compute) -> MakeGrade {
            return { bundle in
                let model = try await CompiledModels.load(bundle, home, await compute())
                let description = bundle.description
                return { photo, part in
                    let input = try Photo.decode(photo).modelInput(description.size)
                    let outputs = try model.run(input, description.size)
                    return try Grading(outputs, of: description, pixels: input, part: part)
                }
            }
        }

        /// A client that keeps its history in Application Support and its login in the Keychain. Throws `Trouble`.
        ///
        /// `shipped` is the folder of the bundle in the app, `trustedKeys` the content of its `trusted_keys.json`.
        public static func client(
            shipped: URL, trustedKeys: Data, server: URL, name: String = "SkinScore",
            compute: @escaping @Sendable () async -> Compute = { .foreground }
        ) throws -> SkinScoreClient {
            let support = try FileManager.default.url(
                for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
            let home = support.appendingPathComponent(name)
            return try SkinScoreClient(
                shipped: shipped, home: home, server: server, trust: Trust(keys: trustedKeys),
                secrets: KeychainSecrets(service: name), grading: grading(home: home, compute: compute))
        }
    }
#endif
