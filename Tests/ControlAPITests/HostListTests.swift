// Compact lists of names, against the plain list of names.

import Testing

@testable import ControlAPI

@Suite("A host list")
struct HostListTests {
    @Test("expands brackets, ranges and commas, the rightmost fastest")
    func expands() throws {
        #expect(try HostList.expand("n1") == ["n1"])
        #expect(try HostList.expand("n[1-3,7],x") == ["n1", "n2", "n3", "n7", "x"])
        #expect(try HostList.expand("h[1-2]/r[09-11]") == ["h1/r09", "h1/r10", "h1/r11", "h2/r09", "h2/r10", "h2/r11"])
        #expect(try HostList.expand("r[001-003]b") == ["r001b", "r002b", "r003b"])
        #expect(try HostList.expand(" a , b ") == ["a", "b"])
        #expect(try HostList.expand("[8-10]") == ["8", "9", "10"])
    }

    @Test(
        "says what is wrong with a bad list",
        arguments: [
            ("", .emptyName), ("a,,b", .emptyName), ("a,", .emptyName), ("n[1-8", .unbalancedBracket(character: 2)),
            ("n]1", .unbalancedBracket(character: 2)), ("n[[1]]", .unbalancedBracket(character: 3)),
            ("n[]", .badRange("")), ("n[8-1]", .badRange("8-1")), ("n[1-2-3]", .badRange("1-2-3")),
            ("n[a]", .badRange("a")), ("n[1-]", .badRange("1-")), ("n[ 1]", .badRange(" 1")),
            ("n[1-9999999999999999999]", .badRange("1-9999999999999999999")),
            ("n[1-1000000]", .tooManyNames(limit: 100_000)),
            ("[1-1000][1-1000]", .tooManyNames(limit: 100_000)), ("[1-60000],[1-60000]", .tooManyNames(limit: 100_000)),
            ("[0-999999999999999999][0-999999999999999999]", .tooManyNames(limit: 100_000)),
            (
                "n[" + Array(repeating: "0-999999999999999999", count: 10).joined(separator: ",") + "]",
                .tooManyNames(limit: 100_000)
            ),
        ] as [(String, HostListError)])
    func refuses(_ text: String, _ expected: HostListError) {
        #expect(throws: expected) { try HostList.expand(text) }
    }

    @Test("folds into the ranges that people write")
    func folds() {
        #expect(HostList.fold([]) == [])
        #expect(HostList.fold(["only"]) == ["only"])
        #expect(HostList.fold((1...8).map { "memphis-1-h1-b012-r3-n\($0)" }) == ["memphis-1-h1-b012-r3-n[1-8]"])
        #expect(HostList.fold((8...12).map { "n\($0)" }) == ["n[8-12]"])
        #expect(HostList.fold(["n1", "n2", "n4", "n2"]) == ["n[1-2,4]"])
        #expect(HostList.fold(["x", "n", "l", "n"]) == ["x", "n", "l"])
        #expect(HostList.fold(["r01", "r1", "r2", "r02"]) == ["r[01-02]", "r[1-2]"])
        let racks = (1...8).flatMap { hall in
            (1...(hall < 8 ? 200 : 127)).map { "memphis-2/h\(hall)/r" + padded($0, width: 3) }
        }
        #expect(racks.count == 1_527)
        #expect(HostList.fold(racks) == ["memphis-2/h[1-7]/r[001-200]", "memphis-2/h8/r[001-127]"])
    }

    @Test("a long text before a range is refused before it stands in each name")
    func bytes() throws {
        let long = String(repeating: "a", count: 1 << 20)
        #expect(throws: HostListError.tooManyBytes(limit: 16 << 20)) { try HostList.expand(long + "[1-100000]") }
        #expect(throws: HostListError.tooManyBytes(limit: 16 << 20)) {
            try HostList.expand(Array(repeating: long, count: 17).joined(separator: ","))
        }
        #expect(try HostList.expand(long + "[1-9]").count == 9)
    }

    @Test("expanding what was folded gives the same names, whatever the names")
    func foldsExactly() throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<2_000 {
            var names: Set<String> = []
            for _ in 0..<Int.random(in: 1...60, using: &generator) { names.insert(randomName(&generator)) }
            let folded = HostList.fold(names.sorted()).joined(separator: ",")
            let expanded = try HostList.expand(folded)
            #expect(Set(expanded) == names, "\(folded)")
            #expect(expanded.count == names.count, "no name twice in \(folded)")
            #expect(try HostList.count(folded) == names.count)
        }
    }

    private func randomName(_ generator: inout SeededGenerator) -> String {
        let stems = ["n", "h1-n", "site-", "", "7"]
        var name = stems.randomElement(using: &generator) ?? "n"
        for _ in 0...Int.random(in: 0...2, using: &generator) {
            let number = String(Int.random(in: 0...12, using: &generator))
            name += (Bool.random(using: &generator) ? "0" : "") + number
            name += ["", "-", "/r", "x"].randomElement(using: &generator) ?? ""
        }
        return name + (Int.random(in: 0..<50, using: &generator) == 0 ? "12345678901234567890" : "")
    }
}
