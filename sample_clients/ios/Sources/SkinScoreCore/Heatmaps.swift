// Ask the server to explain a photo: a finer map of each attribute, drawn by the weights themselves.
import Foundation

/// The server's answer for one photo: its JSON result and the PNG layer of each attribute.
public struct Heatmaps: Sendable {
    public let result: JSONValue
    public let layers: [String: Data]
}

extension SkinScoreClient {
    static let patienceForMaps = 120.0  // s

    /// `square` is the model's input as a lossless PNG, never the camera's file. Needs the consent `heatmap`.
    public func heatmaps(square: Data) async throws -> Heatmaps {
        let question = ["graded_by": try await bundle().modelSHA256]
        var job = try await server.call(asking(question, square)).json()
        let until = Date().addingTimeInterval(SkinScoreClient.patienceForMaps)
        while let id = job["id"]?.text, ["queued", "running"].contains(job["status"]?.text ?? "") {
            guard Date() < until else {
                throw Trouble("busy", "the server takes long: ask again later, the result is kept for a day")
            }
            try await Task.sleep(nanoseconds: 500_000_000)
            job = try await server.call(Request("GET", "/v1/heatmaps/\(id)", query: question)).json()
        }
        guard job["status"]?.text == "succeeded", let result = job["result"] else {
            throw Trouble("photo-rejected", job["problem"]?["detail"]?.text ?? "the photo could not be explained")
        }
        return Heatmaps(result: result, layers: try await layers(result))
    }

    private func asking(_ question: [String: String], _ square: Data) -> Request {
        let headers = ["Content-Type": "image/png", "Prefer": "wait=10"]
        return Request("POST", "/v1/heatmaps", query: question, headers: headers, body: square)
    }

    private func layers(_ result: JSONValue) async throws -> [String: Data] {
        var layers: [String: Data] = [:]
        for (key, one) in result["attributes"]?.fields ?? [:] {
            guard let path = one["href"]?.text else { continue }
            layers[key] = try await server.call(Request("GET", path)).body
        }
        return layers
    }
}
