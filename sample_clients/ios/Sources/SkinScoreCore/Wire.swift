// One request and its answer, and how they are carried.
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

public struct Request: Equatable, Sendable {
    public var method: String
    public var path: String
    public var query: [String: String]
    public var headers: [String: String]
    public var json: JSONValue?
    public var body: Data?

    public init(
        _ method: String, _ path: String, query: [String: String] = [:], headers: [String: String] = [:],
        json: JSONValue? = nil, body: Data? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.json = json
        self.body = body
    }
}

public struct Answer: Sendable {
    public let status: Int
    public let body: Data
    /// Names in lower case.
    private let headers: [String: String]

    public init(status: Int, headers: [String: String], body: Data) {
        self.status = status
        self.body = body
        self.headers = Dictionary(headers.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { one, _ in one })
    }

    public func header(_ name: String) -> String? { headers[name.lowercased()] }

    /// The body as JSON. Throws `Trouble`.
    public func json() throws -> JSONValue {
        guard let value = try? JSONValue.parse(body) else {
            throw Trouble("unexpected", "the server's answer is no JSON: check the network")
        }
        return value
    }
}

/// Carries one request; throws whatever went wrong when there was no answer.
public protocol Transport: Sendable {
    func send(_ request: Request, to server: URL) async throws -> Answer
}

/// Foundation's URLSession, without cookies, caches or redirects, so that no token reaches another address.
public struct URLSessionTransport: Transport {
    private let session: URLSession
    static let timeout = 30.0  // s without a byte

    public init() {
        let settings = URLSessionConfiguration.ephemeral
        settings.timeoutIntervalForRequest = URLSessionTransport.timeout
        settings.httpCookieStorage = nil
        settings.urlCache = nil
        settings.requestCachePolicy = .reloadIgnoringLocalCacheData
        session = URLSession(configuration: settings, delegate: FirstAnswer(), delegateQueue: nil)
    }

    public func send(_ request: Request, to server: URL) async throws -> Answer {
        let prepared = try URLSessionTransport.prepare(request, server)
        let (body, response) = try await session.data(for: prepared)
        guard let http = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        return URLSessionTransport.answer(http, body)
    }

    static func prepare(_ request: Request, _ server: URL) throws -> URLRequest {
        var text =
            server.absoluteString.hasSuffix("/") ? String(server.absoluteString.dropLast()) : server.absoluteString
        text += request.path
        let pairs = request.query.sorted { $0.key < $1.key }.map { "\(encoded($0.key))=\(encoded($0.value))" }
        if !pairs.isEmpty { text += "?" + pairs.joined(separator: "&") }
        guard let url = URL(string: text) else { throw URLError(.badURL) }
        var prepared = URLRequest(url: url)
        prepared.httpMethod = request.method
        prepared.httpBody = request.json?.canonical() ?? request.body
        if request.json != nil { prepared.setValue("application/json", forHTTPHeaderField: "Content-Type") }
        for (name, value) in request.headers { prepared.setValue(value, forHTTPHeaderField: name) }
        return prepared
    }

    private static func answer(_ http: HTTPURLResponse, _ body: Data) -> Answer {
        var headers: [String: String] = [:]
        for (name, value) in http.allHeaderFields { headers[String(describing: name)] = String(describing: value) }
        return Answer(status: http.statusCode, headers: headers, body: body)
    }

    private static func encoded(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}

/// Takes a redirect as the answer, instead of following it.
private final class FirstAnswer: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
