// Deflate, for the golden PNGs.

@testable import SkinScoreCore

/// Deflate (RFC 1951).
struct Inflate {
    private let bytes: [UInt8]
    private var bit: Int
    private var out: [UInt8] = []

    private static let bases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let extra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
    private static let distances = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]
    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        bit = start * 8
    }

    mutating func all() throws -> [UInt8] {
        var last = false
        while !last {
            last = take(1) == 1
            switch take(2) {
            case 0: stored()
            case 1: try coded(Codes(fixed()), Codes([Int](repeating: 5, count: 30)))
            default:
                let (literals, places) = try described()
                try coded(literals, places)
            }
        }
        return out
    }

    private mutating func take(_ count: Int) -> Int {
        var value = 0
        for place in 0..<count {
            value |= (Int(bytes[bit >> 3]) >> (bit & 7) & 1) << place
            bit += 1
        }
        return value
    }

    private mutating func stored() {
        bit = (bit + 7) / 8 * 8
        let length = take(16)
        _ = take(16)
        out.append(contentsOf: bytes[(bit / 8)..<(bit / 8 + length)])
        bit += length * 8
    }

    private func fixed() -> [Int] {
        (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
    }

    private mutating func described() throws -> (Codes, Codes) {
        let (literals, places, lengths) = (take(5) + 257, take(5) + 1, take(4) + 4)
        var small = [Int](repeating: 0, count: 19)
        for place in 0..<lengths { small[Inflate.order[place]] = take(3) }
        let codes = Codes(small)
        var all: [Int] = []
        while all.count < literals + places {
            let symbol = try next(codes)
            if symbol < 16 {
                all.append(symbol)
            } else {
                let value = symbol == 16 ? all[all.count - 1] : 0
                let times = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7)
                all.append(contentsOf: [Int](repeating: value, count: times))
            }
        }
        return (Codes(Array(all[..<literals])), Codes(Array(all[literals...])))
    }

    private mutating func coded(_ literals: Codes, _ places: Codes) throws {
        while true {
            let symbol = try next(literals)
            if symbol == 256 { return }
            if symbol < 256 {
                out.append(UInt8(symbol))
                continue
            }
            let length = Inflate.bases[symbol - 257] + take(Inflate.extra[symbol - 257])
            let place = try next(places)
            let distance = Inflate.distances[place] + take(max(0, place / 2 - 1))
            for _ in 0..<length { out.append(out[out.count - distance]) }
        }
    }

    private mutating func next(_ codes: Codes) throws -> Int {
        var code = 1  // a leading 1 tells codes of different lengths apart
        for _ in 0..<15 {
            code = code << 1 | take(1)
            if let symbol = codes.symbols[code] { return symbol }
        }
        throw Trouble("png", "no such code")
    }
}

/// Canonical Huffman codes from their lengths.
struct Codes {
    let symbols: [Int: Int]

    init(_ lengths: [Int]) {
        var (symbols, code) = ([Int: Int](), 0)
        for length in 1...15 {
            for symbol in lengths.indices where lengths[symbol] == length {
                symbols[1 << length | code] = symbol
                code += 1
            }
            code <<= 1
        }
        self.symbols = symbols
    }
}
