// An installed app that sees a shelf of models.
import Foundation
import XCTest

@testable import SkinScoreCore

/// A device with bundle 3 shipped; its folder goes away with it.
final class Install: Sendable {
    let shelf = Shelf()
    let shipped: SmallBundle
    let store: Store
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        shipped = try SmallBundle(3)
        try shipped.write(to: scratch.folder.appendingPathComponent("shipped"))
        store = try Store(home: scratch.folder.appendingPathComponent("home"))
    }

    var models: Models {
        let trust = Trust(keys: ["k": Data([1])], runtime: [17, 0], holds: { _, _, _ in true })
        return Models(
            shipped: scratch.folder.appendingPathComponent("shipped"),
            home: scratch.folder.appendingPathComponent("home"), store: store, trust: trust)
    }

    /// What its app does now and then; by itself it looks at its own shelf, with a model that starts.
    func update(
        _ transport: (any Transport)? = nil,
        grading: @escaping MakeGrade = SmallBundle.grading
    ) async throws -> UpdateOutcome {
        let server = Server(
            url: URL(fileURLWithPath: "/"), store: store, secrets: FileSecrets(home: scratch.folder),
            transport: transport ?? shelf, patience: .none)
        return try await Update(models: models, server: server, grading: grading).run()
    }

    func inUse() async throws -> Int {
        try await models.open().offer.sequence
    }

    /// Hashes of the bundles that were downloaded and are kept.
    func held() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: models.folder.path))
    }

    func damage(_ name: String) throws {
        let bundle = models.folder.appendingPathComponent(name)
        try Data("x".utf8).write(to: bundle.appendingPathComponent("m.mlpackage/Manifest.json"))
    }
}
