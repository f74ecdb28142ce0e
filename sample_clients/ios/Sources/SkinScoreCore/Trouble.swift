// What this client says no with.
import Foundation

/// Something that was not done. `code` is a word that all clients share (a problem's type, or why a model was refused),
/// `sentence` says in English what to do; an app shows its own words for the code where it has some.
public struct Trouble: Error, Equatable, Sendable {
    public let code: String
    public let sentence: String

    public init(_ code: String, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }
}

extension Trouble: LocalizedError {
    public var errorDescription: String? { sentence }
}
