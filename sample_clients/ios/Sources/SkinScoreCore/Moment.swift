// A moment as records carry it: RFC 3339 with an offset, kept as the exact string.
import Foundation

/// A parsed moment: when it was, and what the calendar on the wall showed there.
public struct Moment: Equatable, Sendable {
    /// Seconds since 1970.
    public let instant: Double
    /// `2026-05-04`, where the photo was taken.
    public let day: String

    /// Nil for what is no RFC 3339 moment with an offset.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, Moment.punctuated(bytes),
            let year = Moment.number(bytes, 0, 4), let month = Moment.number(bytes, 5, 2),
            let date = Moment.number(bytes, 8, 2), let hour = Moment.number(bytes, 11, 2),
            let minute = Moment.number(bytes, 14, 2), let second = Moment.number(bytes, 17, 2),
            let tail = Moment.fractionAndOffset(bytes)
        else { return nil }
        let parts = DateComponents(
            calendar: Moment.calendar, year: year, month: month, day: date, hour: hour, minute: minute, second: second)
        guard parts.isValidDate, let moment = parts.date else { return nil }
        instant = moment.timeIntervalSince1970 + tail.fraction - Double(tail.offset)
        day = String(text.prefix(10))
    }

    /// `2026-W19`: the ISO week of that day.
    public var week: String {
        let bytes = Array(day.utf8)
        let parts = DateComponents(
            calendar: Moment.calendar, year: Moment.number(bytes, 0, 4), month: Moment.number(bytes, 5, 2),
            day: Moment.number(bytes, 8, 2))
        guard let date = parts.date else { return day }
        let found = Moment.calendar.dateComponents([.yearForWeekOfYear, .weekOfYear], from: date)
        return "\(Moment.padded(found.yearForWeekOfYear ?? 0, 4))-W\(Moment.padded(found.weekOfYear ?? 0, 2))"
    }

    /// Now, with the offset of this device's time zone, to the second.
    public static func now(_ date: Date = Date(), in zone: TimeZone = TimeZone.current) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.calendar = Calendar(identifier: .gregorian)
        format.timeZone = zone
        format.dateFormat = "yyyy-MM-dd'T'HH:mm:ssxxx"
        return format.string(from: date)
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .iso8601)
        if let zone = TimeZone(secondsFromGMT: 0) { calendar.timeZone = zone }
        return calendar
    }()

    private static func punctuated(_ bytes: [UInt8]) -> Bool {
        let expected: [(Int, String)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        return expected.allSatisfy { place, sign in bytes[place] == Array(sign.utf8)[0] }
    }

    /// The number that `count` digits at `start` write; nil where there are others.
    private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int? {
        guard start + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[start..<(start + count)] {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    /// What follows the seconds: up to nine digits of a fraction, then `Z` or an offset in seconds.
    private static func fractionAndOffset(_ bytes: [UInt8]) -> (fraction: Double, offset: Int)? {
        var place = 19
        var fraction = 0.0
        if bytes[place] == UInt8(ascii: ".") {
            let digits = bytes[(place + 1)...].prefix { $0 >= 0x30 && $0 <= 0x39 }.count
            guard digits > 0, digits <= 9, let value = number(bytes, place + 1, digits) else { return nil }
            fraction = Double(value) / pow(10, Double(digits))
            place += digits + 1
        }
        guard place < bytes.count else { return nil }
        if bytes[place] == UInt8(ascii: "Z") { return place + 1 == bytes.count ? (fraction, 0) : nil }
        let sign = bytes[place] == UInt8(ascii: "+") ? 1 : bytes[place] == UInt8(ascii: "-") ? -1 : 0
        guard sign != 0, place + 6 == bytes.count, bytes[place + 3] == UInt8(ascii: ":"),
            let hours = number(bytes, place + 1, 2), let minutes = number(bytes, place + 4, 2), hours < 24, minutes < 60
        else { return nil }
        return (fraction, sign * (hours * 3600 + minutes * 60))
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
