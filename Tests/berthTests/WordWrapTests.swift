// Lines that are broken between words.

import Testing

@testable import berth

@Suite("Lines on a narrow terminal")
struct WordWrapTests {
    private let line = "  holds      64 × GPU of H100, 65.9 kW at the rack, 83.0 kW at the meter, and some more of it"

    @Test("are broken between words and go on below their text")
    func breaks() {
        let lines = WordWrap.lines(line, columnCount: 50, indent: 13)
        #expect(lines.count > 1 && lines.allSatisfy { $0.count <= 50 })
        #expect(lines[0].hasPrefix("  holds      64") && lines.dropFirst().allSatisfy { $0.hasPrefix("             ") })
        #expect(lines.flatMap { $0.split(separator: " ") } == line.split(separator: " "))
    }

    @Test("stay as they are where they fit, in a pipe, and where a terminal is too narrow for any text")
    func whole() {
        for columnCount in [nil, 200, line.count, 20] {
            #expect(WordWrap.lines(line, columnCount: columnCount, indent: 13) == [line])
        }
    }

    @Test("have no room taken by colours, and keep a word that is wider than the terminal whole")
    func odd() {
        let coloured = "\u{1B}[33m" + String(repeating: "a", count: 30) + "\u{1B}[0m bbbbbbbbb"
        #expect(WordWrap.lines(coloured, columnCount: 40, indent: 0) == [coloured])
        let long = "  x " + String(repeating: "y", count: 60) + " z"
        #expect(
            WordWrap.lines(long, columnCount: 40, indent: 2)
                == ["  x", "  " + String(repeating: "y", count: 60), "  z"])
    }
}
