// The caller's trace, as W3C Trace Context carries it from one program to the next.

import HTTPTypes

/// Which trace a request belongs to, and its place in it.
struct TraceContext: Equatable, Sendable {
    /// 32 lower-case hexadecimal digits.
    let traceID: String
    /// 16 of them: of the caller's span in a request, of the daemon's own in what it says.
    let spanID: String
    /// Whether the caller keeps the trace, and what else it says in these eight bits.
    let flags: UInt8

    /// Reads a `traceparent`; nil for anything that is not one, which is to be ignored.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        // Later versions may say more after another dash; version 00 ends here.
        guard bytes.count >= 55, bytes[2] == Self.dash, bytes[35] == Self.dash, bytes[52] == Self.dash,
            let version = Self.byte(bytes[0..<2]), version != 0xFF,
            bytes.count == 55 || version != 0 && bytes[55] == Self.dash,
            Self.isID(bytes[3..<35]), Self.isID(bytes[36..<52]), let flags = Self.byte(bytes[53..<55])
        else { return nil }
        traceID = String(decoding: bytes[3..<35], as: UTF8.self)
        spanID = String(decoding: bytes[36..<52], as: UTF8.self)
        self.flags = flags
    }

    private init(traceID: String, spanID: String, flags: UInt8) {
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
    }

    /// The trace that a request names, or nil. Two names are none.
    init?(_ headers: HTTPFields) {
        let values = headers[values: .traceparent]
        guard values.count == 1 else { return nil }
        self.init(values[0])
    }

    /// The daemon's own place in the same trace. What a later version may have said is not repeated.
    func next() -> TraceContext {
        let digits = String(UInt64.random(in: 1 ... .max), radix: 16)
        let spanID = String(repeating: "0", count: 16 - digits.utf8.count) + digits
        return TraceContext(traceID: traceID, spanID: spanID, flags: flags)
    }

    /// As a header has it.
    var text: String { "00-\(traceID)-\(spanID)-\(flags < 16 ? "0" : "")\(String(flags, radix: 16))" }

    private static let dash = UInt8(ascii: "-")

    private static func byte(_ digits: ArraySlice<UInt8>) -> UInt8? {
        digits.allSatisfy(isDigit) ? UInt8(String(decoding: digits, as: UTF8.self), radix: 16) : nil
    }

    private static func isID(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.allSatisfy(isDigit) && digits.contains { $0 != UInt8(ascii: "0") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
