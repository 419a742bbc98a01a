// Times as text and back.

import FleetModel
import Testing

@Suite("Times as text")
struct RFC3339Tests {
    @Test(
        "are written with every part at its width",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_795_219_200, "2026-11-21T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
            (951_868_799, "2000-02-29T23:59:59Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
            (253_402_300_800, "10000-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
            (-62_135_596_800, "0001-01-01T00:00:00Z"), (.max, "292277026596-12-04T15:30:07Z"),
            (.min, "-292277022657-01-27T08:29:52Z"), (-86_400, "1969-12-31T00:00:00Z"),
        ])
    func text(_ seconds: Int64, _ text: String) {
        #expect(RFC3339.text(seconds) == text)
    }

    @Test("are read back as they were written")
    func back() {
        for step in Int64(0)..<5_000 {
            let seconds = step * 7_919_123
            #expect(RFC3339.seconds(RFC3339.text(seconds)) == seconds)
        }
    }
}
