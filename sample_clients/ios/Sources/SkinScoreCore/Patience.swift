// How long the client waits before it asks again.
import Foundation

public struct Patience: Sendable {
    let tries: Int
    /// Sleeps so many seconds.
    let wait: @Sendable (Double) async throws -> Void

    static let firstPause = 1.0  // s
    static let longest = 30.0  // s that it waits by itself; who is asked to wait longer is told so
    static let longestAsked = 31_536_000  // s, a year
    static let again: Set<Int> = [429, 500, 502, 503, 504]

    public static let usual = Patience(tries: 4) { seconds in
        try await Task.sleep(nanoseconds: UInt64(seconds * 1_000_000_000))
    }

    /// Full jitter: anything up to 1 s, 2 s, 4 s …
    static func pause(_ attempt: Int) -> Double {
        Double.random(in: 0...min(longest, firstPause * pow(2, Double(attempt))))
    }

    /// Seconds that the server asks to wait; 0 when it does not.
    static func asked(_ answer: Answer) -> Double {
        Double(min(longestAsked, max(0, answer.header("Retry-After").flatMap { Int($0) } ?? 0)))
    }
}
