// The model that is ready to grade: loaded once, and given up with every look for an update.
import Foundation
import XCTest

@testable import SkinScoreCore

/// Counts the models that were loaded, and holds them up until told to go on.
private actor Loader {
    private(set) var loaded: [Int] = []
    private var held: [CheckedContinuation<Void, Never>] = []
    private let holds: Bool

    init(holds: Bool) {
        self.holds = holds
    }

    func load(_ bundle: ModelBundle) async throws -> Grade {
        loaded.append(bundle.offer.sequence)
        if holds && bundle.offer.sequence == 3 { await withCheckedContinuation { held.append($0) } }
        return try await SmallBundle.grading(bundle)
    }

    /// Comes back when the first model is being loaded.
    func begun() async {
        while loaded.isEmpty { await Task.yield() }
    }

    func goOn() {
        for one in held { one.resume() }
        held = []
    }
}

final class ModelInUseTests: XCTestCase {
    private func server(_ install: Install) -> Server {
        Server(
            url: URL(fileURLWithPath: "/"), store: install.store, secrets: FileSecrets(home: install.models.folder),
            transport: install.shelf, patience: .none)
    }

    func testPhotosAtTheSameTimeShareOneModel() async throws {
        let (install, loader) = (try Install(), Loader(holds: false))
        let model = ModelInUse(install.models) { try await loader.load($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 { group.addTask { _ = try await model.prepared() } }
            try await group.waitForAll()
        }
        let loaded = await loader.loaded
        XCTAssertEqual(loaded, [3])
    }

    func testAModelThatWasBeingLoadedDuringAnUpdateIsNotTheOneInUse() async throws {
        let (install, loader) = (try Install(), Loader(holds: true))
        let model = ModelInUse(install.models) { try await loader.load($0) }
        await install.shelf.put(try SmallBundle(4), 1)
        let early = Task { try await model.prepared().bundle.offer.sequence }
        await loader.begun()
        let outcome = try await model.update(server(install))
        XCTAssertEqual(outcome, .taken("0.0.4"))
        await loader.goOn()
        let (before, after) = (try await early.value, try await model.prepared().bundle.offer.sequence)
        XCTAssertEqual([before, after], [3, 4])
    }

    func testUpdatesAtTheSameTimeFetchNoByteTwice() async throws {
        let (install, loader, four) = (try Install(), Loader(holds: false), try SmallBundle(4))
        let model = ModelInUse(install.models) { try await loader.load($0) }
        let server = server(install)
        await install.shelf.put(four, 1)
        let outcomes = try await withThrowingTaskGroup(of: UpdateOutcome.self) { group in
            for _ in 0..<3 { group.addTask { try await model.update(server) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        XCTAssertTrue(outcomes.contains(.taken("0.0.4")))
        let sent = await install.shelf.sent
        XCTAssertEqual(sent.values.reduce(0, +), four.parts.values.reduce(0) { $0 + $1.count })
    }

    func testAModelThatCouldNotBeLoadedIsTriedAgain() async throws {
        let (install, loader) = (try Install(), Loader(holds: false))
        let model = ModelInUse(install.models) { bundle in
            let grade = try await loader.load(bundle)
            let count = await loader.loaded.count
            if count == 1 { throw Trouble("test", "not this time") }
            return grade
        }
        let first = try await troubleCode { _ = try await model.prepared() }
        let again = try await model.prepared().bundle.offer.sequence
        XCTAssertEqual(first, "test")
        XCTAssertEqual(again, 3)
    }
}
