// How a request is put together.
import Foundation
import XCTest

@testable import SkinScoreCore

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

final class WireTests: XCTestCase {
    func testAQueryIsEncodedSoThatNoSignChangesItsMeaning() throws {
        let request = Request("GET", "/v1/sync", query: ["cursor": "a+b/c=d&e f", "limit": "2"])
        let url = try XCTUnwrap(URL(string: "https://example.org/"))
        let prepared = try URLSessionTransport.prepare(request, url)
        XCTAssertEqual(
            prepared.url?.absoluteString, "https://example.org/v1/sync?cursor=a%2Bb%2Fc%3Dd%26e%20f&limit=2")
        XCTAssertNil(prepared.httpBody)
    }

    func testAJSONBodyIsCanonicalAndSaysWhatItIs() throws {
        let request = Request("POST", "/x", headers: ["Authorization": "Bearer t"], json: ["b": 1, "a": []])
        let prepared = try URLSessionTransport.prepare(request, try XCTUnwrap(URL(string: "http://h:8000")))
        XCTAssertEqual(prepared.httpBody, Data(#"{"a":[],"b":1}"#.utf8))
        XCTAssertEqual(prepared.httpMethod, "POST")
        XCTAssertEqual(prepared.value(forHTTPHeaderField: "Content-Type"), "application/json")
        XCTAssertEqual(prepared.value(forHTTPHeaderField: "Authorization"), "Bearer t")
    }

    func testHeadersAreFoundWhateverTheirLetters() {
        let answer = Answer(status: 200, headers: ["eTaG": "x"], body: Data())
        XCTAssertEqual(answer.header("ETag"), "x")
        XCTAssertNil(answer.header("Date"))
    }
}
