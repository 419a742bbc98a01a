// Keys, from the bytes that a terminal sends for them.

/// One key.
enum Key: Equatable, Sendable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case tab, backTab, enter, escape, backspace
    /// Ctrl-C, Ctrl-Z and Ctrl-L.
    case interrupt, suspend, redraw

    /// The keys of a piece of input. What is no key is left out; an escape that nothing follows is the key itself.
    static func keys(of bytes: [UInt8]) -> [Key] {
        var keys: [Key] = []
        var rest = bytes[...]
        while let first = rest.first {
            rest.removeFirst()
            switch first {
            case 0x1B: if let key = escaped(&rest) { keys.append(key) }
            case 0x03: keys.append(.interrupt)
            case 0x0C: keys.append(.redraw)
            case 0x1A: keys.append(.suspend)
            case 0x09: keys.append(.tab)
            case 0x0A, 0x0D: keys.append(.enter)
            case 0x08, 0x7F: keys.append(.backspace)
            case 0x20..<0x7F: keys.append(.character(Character(Unicode.Scalar(first))))
            default: break
            }
        }
        return keys
    }

    /// What follows an escape: a control sequence (ECMA-48), or the form that a terminal's application mode has.
    private static func escaped(_ rest: inout ArraySlice<UInt8>) -> Key? {
        guard let next = rest.first, next == UInt8(ascii: "[") || next == UInt8(ascii: "O") else { return .escape }
        rest.removeFirst()
        var parameters: [UInt8] = []
        while let byte = rest.first, (0x20..<0x40).contains(byte) {
            parameters.append(byte)
            rest.removeFirst()
        }
        guard let final = rest.popFirst() else { return nil }
        switch (Character(Unicode.Scalar(final)), String(decoding: parameters, as: UTF8.self)) {
        case ("A", _): return .up
        case ("B", _): return .down
        case ("C", _): return .right
        case ("D", _): return .left
        case ("H", _), ("~", "1"), ("~", "7"): return .home
        case ("F", _), ("~", "4"), ("~", "8"): return .end
        case ("~", "5"): return .pageUp
        case ("~", "6"): return .pageDown
        case ("Z", _): return .backTab
        default: return nil
        }
    }
}
