// Amounts as people read them.

import ControlAPI
import Testing

@testable import berth

@Suite("Amounts for people")
struct QuantitiesTests {
    @Test("have separators and units")
    func amounts() {
        #expect(
            [0, 8, 999, 1_000, 336_128, -1_234_567].map { counted($0) } == [
                "0", "8", "999", "1,000", "336,128", "-1,234,567",
            ])
        #expect(
            [0, 999, 1_000, 64_900, 999_999, 300_000_000, 1_234_567_890].map(power)
                == ["0 W", "999 W", "1.0 kW", "64.9 kW", "1,000.0 kW", "300.00 MW", "1,234.57 MW"])
        // 62 MW for a century, in joules.
        #expect(scaled(195_523_200_000_000_000, by: 3_600_000_000, decimals: 3) == "54,312,000.000")
        #expect(scaled(.max, by: 1_000, decimals: 1) == "9,223,372,036,854,775.8")
        #expect(scaled(-1_999, by: 1_000, decimals: 1) == "-2.0")
        #expect(share(1, of: 3) == "33.3 %" && share(0, of: 0) == "-")
        #expect(
            [0, 0.256, 1.5, 12.34, 123.4, 4_567.8].map(rounded) == ["0.00", "0.26", "1.50", "12.3", "123", "4,568"])
        #expect(Money(currency: "USD", micros: 920_000_000_000_000).text == "$920,000,000")
        #expect(Money(currency: "EUR", micros: 2_990_000).text == "EUR 2.99")
        #expect(counted(1, "node") == "1 node" && counted(2, "node") == "2 nodes")
    }
}
