// The server's maps of a photo: asked for, waited for, fetched.
import Foundation
import XCTest

@testable import SkinScoreCore

final class HeatmapsTests: XCTestCase {
    private let who = Credentials(email: "me@example.org", password: "p", device: "d")

    func testMapsOfTheServerAreWaitedForAndFetchedOneByOne() async throws {
        let scratch = try Scratch()
        let result: JSONValue = ["attributes": ["oil": ["href": "/v1/heatmaps/j/oil.png", "grade": 2]]]
        let transport = Counter([
            "POST /v1/auth/login": [issuedTokens], "POST /v1/heatmaps": [(202, ["id": "j", "status": "queued"])],
            "GET /v1/heatmaps/j": [
                (200, ["id": "j", "status": "running"]), (200, ["id": "j", "status": "succeeded", "result": result]),
            ],
            "GET /v1/heatmaps/j/oil.png": [(200, ["layer": 1])],
        ])
        let client = try playedClient(scratch, transport)
        _ = try await client.signIn(.login, who, adopt: false)
        let maps: Heatmaps = try await client.heatmaps(square: Data([1]))
        let (model, told) = (try await client.bundle().modelSHA256, await transport.graders)
        XCTAssertEqual(told, [model, model, model])  // asked once, looked at twice
        XCTAssertEqual(maps.result, result)
        XCTAssertEqual(maps.layers, ["oil": (["layer": 1] as JSONValue).canonical()])
    }

    func testAPhotoThatTheServerRejectsIsATrouble() async throws {
        let scratch = try Scratch()
        let failed: JSONValue = ["id": "j", "status": "failed", "problem": ["detail": "no face"]]
        let client = try playedClient(
            scratch, Counter(["POST /v1/auth/login": [issuedTokens], "POST /v1/heatmaps": [(200, failed)]]))
        _ = try await client.signIn(.login, who, adopt: false)
        do {
            _ = try await client.heatmaps(square: Data([1]))
            XCTFail("it was rejected")
        } catch let trouble as Trouble {
            XCTAssertEqual(trouble, Trouble("photo-rejected", "no face"))
        }
    }
}
