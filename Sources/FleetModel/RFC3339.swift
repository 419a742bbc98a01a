// Times as RFC 3339 writes them, whole seconds only, without a calendar library.

/// Reads and writes times as RFC 3339 has them.
public enum RFC3339 {
    /// Seconds since 1970, UTC, or nil when `text` is not such a time.
    public static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count == 20 || bytes.count == 25 else { return nil }
        guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":")
        else { return nil }
        guard let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            let zone = zoneSeconds(bytes[19...])
        else { return nil }
        guard year >= 1970, let date = CivilDay(year: year, month: month, day: day), hour < 24, minute < 60,
            second < 60
        else { return nil }
        return date.daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second - zone
    }

    private static func zoneSeconds(_ bytes: ArraySlice<UInt8>) -> Int64? {
        if bytes.elementsEqual([UInt8(ascii: "Z")]) { return 0 }
        let start = bytes.startIndex
        guard bytes.count == 6, bytes[start + 3] == UInt8(ascii: ":"),
            let hours = number(bytes[start + 1..<start + 3]), let minutes = number(bytes[start + 4..<start + 6]),
            hours < 24, minutes < 60
        else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "+"): return hours * 3_600 + minutes * 60
        case UInt8(ascii: "-"): return -(hours * 3_600 + minutes * 60)
        default: return nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var result: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            result = result * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return result
    }

    /// Seconds since 1970 as text in UTC, for example `2029-06-01T00:00:00Z`.
    public static func text(_ seconds: Int64) -> String {
        let (whole, part) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let rest = part < 0 ? part + 86_400 : part
        let date = CivilDay(daysSince1970: part < 0 ? whole - 1 : whole)
        guard (0...9_999).contains(date.year) else {
            return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
                + "\(padded(rest / 3_600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
        }
        return String(unsafeUninitializedCapacity: 20) { buffer in
            func put(_ number: Int64, width: Int, at start: Int, then mark: Unicode.Scalar) {
                var left = number
                for place in (start..<start + width).reversed() {
                    buffer[place] = UInt8(ascii: "0") + UInt8(left % 10)
                    left /= 10
                }
                buffer[start + width] = UInt8(ascii: mark)
            }
            put(date.year, width: 4, at: 0, then: "-")
            put(date.month, width: 2, at: 5, then: "-")
            put(date.day, width: 2, at: 8, then: "T")
            put(rest / 3_600, width: 2, at: 11, then: ":")
            put(rest / 60 % 60, width: 2, at: 14, then: ":")
            put(rest % 60, width: 2, at: 17, then: "Z")
            return 20
        }
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
