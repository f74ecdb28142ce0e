// Which bundles are kept and used after updates, withdrawals and an app that ships a newer one.
import Foundation
import XCTest

@testable import SkinScoreCore

final class ModelsTests: XCTestCase {
    /// A device that took bundle 4 and then 5.
    private func withFive() async throws -> (install: Install, four: SmallBundle, five: SmallBundle) {
        let (install, four, five) = (try Install(), try SmallBundle(4), try SmallBundle(5))
        for (sequence, bundle) in [four, five].enumerated() {
            await install.shelf.put(bundle, sequence + 1)
            _ = try await install.update()
        }
        return (install, four, five)
    }

    func testEveryUpdateKeepsTheOneBeforeAndNoMore() async throws {
        let (install, _, five) = try await withFive()
        let six = try SmallBundle(6)
        await install.shelf.put(six, 3)
        _ = try await install.update()
        XCTAssertEqual(try install.held(), [five.sha256, six.sha256])
    }

    func testAWithdrawnModelIsNotKeptAsThePreviousOneTheOneBeforeItIs() async throws {
        let (install, four, five) = try await withFive()
        let six = try SmallBundle(6)
        await install.shelf.put(six, 3, revoked: [five.sha256])
        _ = try await install.update()
        XCTAssertEqual(try install.held(), [four.sha256, six.sha256])
        try install.damage(six.sha256)
        let inUse = try await install.inUse()
        XCTAssertEqual(inUse, 4)
    }

    func testAModelThatWasDamagedIsNotKeptAsThePreviousOne() async throws {
        let (install, four, five) = try await withFive()
        let six = try SmallBundle(6)
        try install.damage(five.sha256)
        await install.shelf.put(six, 3)
        _ = try await install.update()
        XCTAssertEqual(try install.held(), [four.sha256, six.sha256])
    }

    func testARollbackIsFollowedWhenTheChannelSaysSoAndNeedsNoDownload() async throws {
        let (install, four, five) = try await withFive()
        let before = await install.shelf.sent
        await install.shelf.put(four, 3, revoked: [five.sha256], rollback: true)
        let outcome = try await install.update()
        XCTAssertEqual(outcome, .taken("0.0.4"))
        let sent = await install.shelf.sent
        XCTAssertEqual(sent, before)
        await install.shelf.put(five, 4)
        let code = try await troubleCode { _ = try await install.update() }
        XCTAssertEqual(code, "withdrawn")
    }

    func testAnAppThatShipsANewerModelUsesIt() async throws {
        let install = try Install()
        await install.shelf.put(try SmallBundle(4), 1)
        _ = try await install.update()
        try SmallBundle(6).write(to: install.models.shipped)
        let inUse = try await install.inUse()
        XCTAssertEqual(inUse, 6)
    }

    func testAnInstallKeepsItsIdOverRestarts() async throws {
        let install = try Install()
        let (first, again) = (try await install.models.installId(), try await install.models.installId())
        XCTAssertEqual([first, String(first.count)], [again, "32"])
    }
}
