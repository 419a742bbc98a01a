// Names, spellings and times as the fleet file writes them.

import Testing

@testable import FleetModel

@Suite struct ReadingTests {
    @Test func `Patterns stand for the names that they count`() {
        #expect(NamePattern.expand("h1") == ["h1"])
        #expect(NamePattern.expand("b[008-011]") == ["b008", "b009", "b010", "b011"])
        #expect(NamePattern.expand("h[1-2,9]") == ["h1", "h2", "h9"])
        #expect(NamePattern.expand("h[1-2]/r[0-1]") == ["h1/r0", "h1/r1", "h2/r0", "h2/r1"])
        #expect(NamePattern.expand("r[9-10]") == ["r9", "r10"])
    }

    @Test(arguments: [
        "h[", "h]", "h[]", "h[1-]", "h[2-1]", "h[a]", "h[01-9]", "h[1--2]", "h[[1]]", "h[1-9999999]", "h[1-100001]",
    ])
    func `A malformed or boundless pattern stands for nothing`(pattern: String) {
        #expect(NamePattern.expand(pattern) == nil)
    }

    @Test func `The nearest spelling is a slip away and nothing is when all are far`() {
        #expect(Spelling.nearest(to: "ratng", among: ["name", "rating", "derate"]) == "rating")
        #expect(Spelling.nearest(to: "nmae", among: ["name", "rating"]) == "name")
        #expect(Spelling.nearest(to: "zebra", among: ["name", "rating"]) == nil)
        #expect(Spelling.distance(Array("abcd".utf8), Array("abdc".utf8)) == 1)
    }

    @Test func `Times are seconds since 1970`() {
        #expect(RFC3339.seconds("1970-01-01T00:00:00Z") == 0)
        #expect(RFC3339.seconds("2000-02-29T12:00:00Z") == 951_825_600)
        #expect(RFC3339.seconds("2027-07-01T02:00:00+02:00") == 1_814_400_000)
        #expect(RFC3339.seconds("2100-03-01T00:00:00Z") == 4_107_542_400)
        #expect(RFC3339.seconds("2100-02-29T00:00:00Z") == nil)
        #expect(RFC3339.seconds("2027-07-01") == nil)
        #expect(RFC3339.seconds("2027-13-01T00:00:00Z") == nil)
        #expect(RFC3339.seconds("2027-07-01T24:00:00Z") == nil)
        #expect(RFC3339.seconds("2027-07-01T00:00:00") == nil)
    }

    @Test func `Watts and counts are written as people read them`() {
        #expect(WattsText.short(300_000_000) == "300 MW")
        #expect(WattsText.short(132_006) == "132.006 kW")
        #expect(WattsText.short(-950) == "-950 W")
        #expect(WattsText.rounded(237_156_544) == "237.2 MW")
        #expect(WattsText.rounded(9_999_960) == "10,000.0 kW")
        #expect(WattsText.grouped(336_128) == "336,128")
        #expect(WattsText.grouped(-1_000) == "-1,000")
    }
}
