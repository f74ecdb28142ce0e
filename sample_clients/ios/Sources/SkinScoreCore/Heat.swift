// Draw a heat map: orange pushes the grade up, purple pushes it down, one scale for all photos.
import Foundation

public enum Heat {
    public static let up: [UInt8] = [0xE6, 0x61, 0x00]  // told apart from the next under the common colour blindnesses
    public static let down: [UInt8] = [0x5D, 0x3A, 0x9B]
    static let opaque = 0.75  // the largest opacity, so that skin stays visible below

    /// RGBA (not premultiplied), side x side; `scale` is the magnitude that is drawn most opaque.
    public static func layer(_ heat: [Float], scale: Double, side: Int) -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(side * side * 4)
        for value in grown(heat, side) {
            let alpha = (min(abs(Double(value)) / scale, 1) * opaque * 255).rounded(.toNearestOrEven)
            pixels.append(contentsOf: value > 0 ? up : down)
            pixels.append(UInt8(alpha))
        }
        return pixels
    }

    /// A square map made larger by bicubic interpolation, as Pillow does it.
    static func grown(_ heat: [Float], _ side: Int) -> [Float] {
        let small = Int(Double(heat.count).squareRoot())
        let taps = (0..<side).map { Tap.around((Double($0) + 0.5) * Double(small) / Double(side), small) }
        var wide = [Float](repeating: 0, count: small * side)
        for row in 0..<small {
            for x in 0..<side {
                wide[row * side + x] = taps[x].reduce(0) { $0 + $1.weight * heat[row * small + $1.place] }
            }
        }
        var large = [Float](repeating: 0, count: side * side)
        for y in 0..<side {
            for x in 0..<side { large[y * side + x] = taps[y].reduce(0) { $0 + $1.weight * wide[$1.place * side + x] } }
        }
        return large
    }

    /// Row and column of the centre of a square map's positive part, 0..1; nil where nothing is positive.
    static func centre(_ heat: [Float]) -> [Double]? {
        let side = Int(Double(heat.count).squareRoot())
        var (sum, rows, columns) = (0.0, 0.0, 0.0)
        for (place, value) in heat.enumerated() where value > 0 {
            sum += Double(value)
            rows += Double(value) * (Double(place / side) + 0.5)
            columns += Double(value) * (Double(place % side) + 0.5)
        }
        return sum > 0 ? [rows / sum / Double(side), columns / sum / Double(side)] : nil
    }
}

/// A source place and its weight for one output place.
private struct Tap {
    let place: Int
    let weight: Float

    /// The weights around a centre sum to 1.
    static func around(_ centre: Double, _ size: Int) -> [Tap] {
        let first = max(0, Int(centre - 1.5))  // towards zero, as Pillow does
        let end = min(size, Int(centre + 2.5))
        let raw = (first..<end).map { cubic(Double($0) - centre + 0.5) }
        let sum = raw.reduce(0, +)
        return raw.enumerated().map { Tap(place: first + $0.offset, weight: Float($0.element / sum)) }
    }

    /// Keys' cubic convolution with a = -0.5.
    private static func cubic(_ distance: Double) -> Double {
        let x = abs(distance)
        if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
        return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    }
}
