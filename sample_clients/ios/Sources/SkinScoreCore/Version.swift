// Versions of apps and systems, compared number by number.

/// A version such as `1.4.0`, or the one in `iOS 17`; nil when a number is missing.
struct Version: Comparable, Sendable {
    let numbers: [Int]

    init(_ numbers: [Int]) {
        self.numbers = numbers
    }

    init?(_ text: String) {
        var numbers: [Int] = []
        for piece in text.split(separator: ".", omittingEmptySubsequences: false) {
            guard let number = Int(piece), number >= 0 else { return nil }
            numbers.append(number)
        }
        self.numbers = numbers
    }

    static func < (one: Version, other: Version) -> Bool {
        one.numbers.lexicographicallyPrecedes(other.numbers)
    }
}
