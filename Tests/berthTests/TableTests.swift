// Tables for people.

import Testing

@testable import berth

@Suite("A table")
struct TableTests {
    private var table: Table {
        var table = Table(.word("ID"), .text("NAME"), .word("NOTE").optional, .number("GPUS"))
        table.add("l-1", "a rather long name of a tenant", "optional", .init(counted(110_000), .good))
        table.add("l-2", "short", "-", "8")
        return table
    }

    @Test("is as wide as needed where there is no terminal")
    func natural() {
        #expect(
            table.lines(columnCountMax: nil, inColour: false) == [
                "ID   NAME                            NOTE         GPUS",
                "l-1  a rather long name of a tenant  optional  110,000",
                "l-2  short                           -               8",
            ])
    }

    @Test("cuts the widest text first")
    func cuts() {
        #expect(
            table.lines(columnCountMax: 40, inColour: false) == [
                "ID   NAME              NOTE         GPUS",
                "l-1  a rather long n…  optional  110,000",
                "l-2  short             -               8",
            ])
    }

    @Test("leaves optional columns out before it cuts words")
    func leavesOut() {
        #expect(
            table.lines(columnCountMax: 24, inColour: false) == [
                "ID   NAME           GPUS", "l-1  a rather …  110,000", "l-2  short             8",
            ])
    }

    @Test("never is wider than its terminal, down to 40 columns", arguments: 40...80)
    func fits(_ columnCount: Int) {
        #expect(table.lines(columnCountMax: columnCount, inColour: false).allSatisfy { $0.count <= columnCount })
    }

    @Test("has colour only where it is wanted, and the same widths")
    func colour() {
        let coloured = table.lines(columnCountMax: nil, inColour: true)
        #expect(coloured[1].contains("\u{1B}[32m110,000\u{1B}[0m"))
        let plain = coloured.map { $0.replacing(/\u{1B}\[[0-9]+m/, with: "").replacing("\u{1B}[0m", with: "") }
        #expect(plain == table.lines(columnCountMax: nil, inColour: false))
    }

    @Test("shows what a terminal would obey in the text of others, and keeps it on its line")
    func hostileText() {
        var table = Table(.word("ID"), .text("WHY"))
        table.add("l-1", .init("\u{1B}[2J\u{0}\u{9B}31m\u{202E}first\nsecond", .good))
        let shown = #"\u{1b}[2J\u{0}\u{9b}31m\u{202e}first\nsecond"#
        #expect(table.lines(columnCountMax: nil, inColour: false).last == "l-1  " + shown)
        #expect(table.lines(columnCountMax: nil, inColour: true).last == "l-1  \u{1B}[32m\(shown)\u{1B}[0m")
    }

    @Test("a line has our colours and shows all other commands to a terminal")
    func hostileLine() {
        let ours = Style.bad.applied(to: "berth", inColour: true)
        #expect(Style.printable("\(ours) says\n\tthat") == "\(ours) says\n\tthat")
        #expect(Style.printable("\(ours)\u{1B}[8m\u{1B}]0;x\u{7}") == "\(ours)\\u{1b}[8m\\u{1b}]0;x\\u{7}")
    }
}
