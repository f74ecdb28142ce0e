// Steps 2 and 3 of the preprocessing contract: centred square, exact integer box resize.
//
// Output pixel i covers [i*N, (i+1)*N), source pixel k covers [k*S, (k+1)*S), in units of 1/S source pixel; the
// whole-number overlaps are the weights. One rounding after both axes, 64-bit sums (255*N*N passes 32 bits at N =
// 2,900).
import Foundation

extension Pixels {
    /// The model's input bytes, size x size x 3 in row, column, channel order. Throws `Trouble` for a photo too small.
    public func modelInput(_ size: Int) throws -> [UInt8] {
        let side = min(width, height)
        guard side >= size else {
            let sentence = "the photo's shorter side is \(side) px; the model needs at least \(size) px"
            throw Trouble("photo-too-small", sentence)
        }
        let spans = Span.all(side, size)
        var sums = [Int64](repeating: 0, count: size * size * 3)
        for row in 0..<side { add(row, side, size, spans, &sums) }
        let area = Int64(side) * Int64(side)
        return sums.map { UInt8(($0 + area / 2) / area) }
    }

    /// One row of the centred square, squeezed, into the output rows that it overlaps.
    private func add(_ row: Int, _ side: Int, _ size: Int, _ spans: [Span], _ sums: inout [Int64]) {
        let line = squeezed(row, side, spans)
        let from = row * size
        let to = from + size
        var out = from / side
        while out < size && out * side < to {
            let weight = Int64(min(to, (out + 1) * side) - max(from, out * side))
            let start = out * line.count
            for place in 0..<line.count { sums[start + place] += weight * line[place] }
            out += 1
        }
    }

    /// The weighted sums of one row, S x 3.
    private func squeezed(_ row: Int, _ side: Int, _ spans: [Span]) -> [Int64] {
        let left = (width - side) / 2
        let top = (height - side) / 2
        let start = ((top + row) * width + left) * channels
        var line: [Int64] = []
        line.reserveCapacity(spans.count * 3)
        for span in spans {
            var (red, green, blue) = (Int64(0), Int64(0), Int64(0))
            var at = start + span.first * channels
            for weight in span.weights {
                red += weight * Int64(bytes[at])
                green += weight * Int64(bytes[at + 1])
                blue += weight * Int64(bytes[at + 2])
                at += channels
            }
            line.append(red)
            line.append(green)
            line.append(blue)
        }
        return line
    }
}

/// For one output place its first source pixel and the overlaps from there on; they sum to N.
private struct Span {
    let first: Int
    let weights: [Int64]

    static func all(_ side: Int, _ size: Int) -> [Span] {
        (0..<size).map { out in
            let (from, to) = (out * side, (out + 1) * side)
            let first = from / size
            let last = (to - 1) / size
            let weights = (first...last).map { Int64(min(to, ($0 + 1) * size) - max(from, $0 * size)) }
            return Span(first: first, weights: weights)
        }
    }
}
