// One description of each record serves writing and reading, so that the two cannot drift apart.

/// Bytes of a fact or snapshot that cannot be read back.
public struct CodingFault: Error, Equatable, CustomStringConvertible {
    public let offset: Int
    public let problem: String

    public var description: String { "byte \(offset): \(problem)" }
}

/// Visits the fields of a record, either writing them or replacing them with what it reads.
protocol FieldCoder {
    var isReading: Bool { get }
    mutating func code(_ value: inout UInt64) throws(CodingFault)
    mutating func code(_ bytes: inout [UInt8]) throws(CodingFault)
    mutating func code(_ text: inout String) throws(CodingFault)
    func fault(_ problem: String) -> CodingFault
}

/// A record whose fields a coder can visit in order.
protocol FieldCoded {
    /// A value to read into.
    static var blank: Self { get }
    mutating func code(with coder: inout some FieldCoder) throws(CodingFault)
}

/// Writes fields as LEB128 integers and length-prefixed bytes.
struct FieldWriter: FieldCoder {
    private(set) var bytes: [UInt8] = []
    var isReading: Bool { false }

    /// - Parameter capacity: bytes that are likely to come.
    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func code(_ value: inout UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func code(_ value: inout [UInt8]) {
        var count = UInt64(value.count)
        code(&count)
        bytes.append(contentsOf: value)
    }

    mutating func code(_ value: inout String) {
        var count = UInt64(value.utf8.count)
        code(&count)
        bytes.append(contentsOf: value.utf8)
    }

    func fault(_ problem: String) -> CodingFault { CodingFault(offset: bytes.count, problem: problem) }
}

/// Reads what `FieldWriter` wrote; any other bytes are a fault, never a trap.
struct FieldReader: FieldCoder {
    private let bytes: [UInt8]
    private(set) var offset = 0
    var isReading: Bool { true }
    var isAtEnd: Bool { offset == bytes.count }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func code(_ value: inout UInt64) throws(CodingFault) {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard offset < bytes.count else { throw fault("ends inside a number") }
            let byte = bytes[offset]
            offset += 1
            guard shift < 63 || byte <= 1 else { throw fault("number over 64 bits") }
            result |= UInt64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { break }
            shift += 7
            guard shift < 64 else { throw fault("number over 64 bits") }
        }
        value = result
    }

    mutating func code(_ value: inout [UInt8]) throws(CodingFault) {
        var count: UInt64 = 0
        try code(&count)
        guard count <= UInt64(bytes.count - offset) else { throw fault("ends inside a string") }
        value = Array(bytes[offset..<offset + Int(count)])
        offset += Int(count)
    }

    mutating func code(_ value: inout String) throws(CodingFault) {
        var bytes: [UInt8] = []
        try code(&bytes)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault("text is not UTF-8") }
        value = text
    }

    func fault(_ problem: String) -> CodingFault { CodingFault(offset: offset, problem: problem) }
}

extension FieldCoder {
    /// A signed number, zigzag so that small negatives stay small.
    mutating func code(_ value: inout Int64) throws(CodingFault) {
        var zigzag = UInt64(bitPattern: value << 1 ^ value >> 63)
        try code(&zigzag)
        value = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
    }

    mutating func code(_ value: inout Int) throws(CodingFault) {
        var wide = Int64(value)
        try code(&wide)
        value = Int(wide)
    }

    mutating func code(_ value: inout UInt32) throws(CodingFault) {
        var wide = UInt64(value)
        try code(&wide)
        guard let narrow = UInt32(exactly: wide) else { throw fault("number over 32 bits") }
        value = narrow
    }

    mutating func code(_ value: inout UInt8) throws(CodingFault) {
        var wide = UInt64(value)
        try code(&wide)
        guard let narrow = UInt8(exactly: wide) else { throw fault("number over 8 bits") }
        value = narrow
    }

    mutating func code(_ value: inout Bool) throws(CodingFault) {
        var wide: UInt64 = value ? 1 : 0
        try code(&wide)
        guard wide <= 1 else { throw fault("truth value over 1") }
        value = wide == 1
    }

    mutating func code<Choice: RawRepresentable & CaseIterable>(
        _ value: inout Choice
    ) throws(CodingFault) where Choice.RawValue == UInt8 {
        var raw = value.rawValue
        try code(&raw)
        guard let choice = Choice(rawValue: raw) else { throw fault("unknown \(Choice.self) \(raw)") }
        value = choice
    }

    mutating func code<Record: FieldCoded>(_ value: inout Record) throws(CodingFault) {
        try value.code(with: &self)
    }

    /// A list with its count before it. `blank` is what elements are read into.
    mutating func code<Element>(
        _ list: inout [Element], blank: Element,
        element: (inout Element, inout Self) throws(CodingFault) -> Void
    ) throws(CodingFault) {
        var count = list.count
        try code(&count)
        if isReading {
            guard count >= 0 else { throw fault("negative count") }
            list = []
            for _ in 0..<count {
                var value = blank
                try element(&value, &self)
                list.append(value)
            }
        } else {
            for value in list {
                var value = value
                try element(&value, &self)
            }
        }
    }

    mutating func code<Record: FieldCoded>(_ list: inout [Record]) throws(CodingFault) {
        try code(&list, blank: Record.blank) { (record, coder) throws(CodingFault) in try coder.code(&record) }
    }

    mutating func code(_ list: inout [String]) throws(CodingFault) {
        try code(&list, blank: "") { (text, coder) throws(CodingFault) in try coder.code(&text) }
    }

    mutating func code(_ list: inout [UInt64]) throws(CodingFault) {
        try code(&list, blank: 0) { (number, coder) throws(CodingFault) in try coder.code(&number) }
    }

    mutating func code<Wrapped>(
        _ value: inout Wrapped?, blank: Wrapped,
        wrapped: (inout Wrapped, inout Self) throws(CodingFault) -> Void
    ) throws(CodingFault) {
        var isPresent = value != nil
        try code(&isPresent)
        if isPresent {
            var inner = value ?? blank
            try wrapped(&inner, &self)
            value = inner
        } else {
            value = nil
        }
    }

    mutating func code(_ value: inout Int64?) throws(CodingFault) {
        try code(&value, blank: 0) { (number, coder) throws(CodingFault) in try coder.code(&number) }
    }

    mutating func code(_ value: inout Int?) throws(CodingFault) {
        try code(&value, blank: 0) { (number, coder) throws(CodingFault) in try coder.code(&number) }
    }

    mutating func code(_ value: inout String?) throws(CodingFault) {
        try code(&value, blank: "") { (text, coder) throws(CodingFault) in try coder.code(&text) }
    }

    mutating func code(_ value: inout Bool?) throws(CodingFault) {
        try code(&value, blank: false) { (flag, coder) throws(CodingFault) in try coder.code(&flag) }
    }
}
