// Where the vectors of all clients lie, found from this file, and places of one's own on disk.
import Foundation
import XCTest

@testable import SkinScoreCore

enum GoldenFiles {
    private static let repository: URL = {
        var place = URL(fileURLWithPath: #filePath)
        for _ in 0..<5 { place.deleteLastPathComponent() }
        return place
    }()

    static let reference = repository.appendingPathComponent("mobile_export/reference")
    static let trustedKeys = repository.appendingPathComponent("sample_clients/python/trusted_keys.json")
    static let conversations = repository.appendingPathComponent("sample_clients/golden/conversations")
    static let updates = repository.appendingPathComponent("sample_clients/golden/updates.json")

    /// golden.json and bundle.json of the committed bundle.
    static func bundleFile(_ name: String) throws -> Data {
        try Data(contentsOf: reference.appendingPathComponent(name))
    }

    static func description() throws -> BundleDescription {
        try JSONDecoder().decode(BundleDescription.self, from: bundleFile("bundle.json"))
    }

    static func conversation(_ name: String) throws -> JSONValue {
        try JSONValue.parse(Data(contentsOf: conversations.appendingPathComponent("\(name).json")))
    }
}

/// An empty folder that goes away with the test.
final class Scratch: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("skinscore-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}

extension Patience {
    /// As many tries as usual, no waiting.
    static let none = Patience(tries: 4) { _ in }
}

/// The code of the `Trouble` that the work ends in; nil when it does not.
func troubleCode(_ work: () async throws -> Void) async throws -> String? {
    do {
        try await work()
        return nil
    } catch let trouble as Trouble {
        return trouble.code
    }
}
