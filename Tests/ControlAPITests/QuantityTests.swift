// Percentages, megawatts and money: decimals on the wire, integers inside.

import Testing

@testable import ControlAPI

private func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws(RequestBodyError) -> Value {
    try StrictJSON.decode(type, from: Array(text.utf8))
}

private func encoded(_ value: some Encodable) -> String { String(decoding: CanonicalJSON.encode(value), as: UTF8.self) }

@Suite("Quantities")
struct QuantityTests {
    @Test("every percentage with two decimals reads back from its JSON")
    func percentagesRoundTrip() throws {
        for hundredths in 0...10_000 {
            let percentage = Percentage(hundredths: hundredths)
            #expect(try decode(Percentage.self, encoded(percentage)) == percentage)
            #expect(try decode(Percentage.self, "\"\(percentage)\"") == percentage)
        }
        #expect(encoded(Percentage(hundredths: 9_900)) == "99")
        #expect(encoded(Percentage(hundredths: 9_995)) == "99.95")
        #expect(try decode(Percentage.self, #""99.0""#).hundredths == 9_900)
    }

    @Test(
        "refuses percentages out of range or too fine",
        arguments: ["-1", "100.01", "99.999", "\"x\"", "true", "null", "\"\""])
    func percentagesRefused(_ text: String) {
        #expect(throws: RequestBodyError.self) { try decode(Percentage.self, text) }
    }

    @Test("megawatts in whole watts read back from their JSON")
    func megawattsRoundTrip() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            let power = Megawatts(watts: Int.random(in: 1...2_000_000_000, using: &generator))
            #expect(try decode(Megawatts.self, encoded(power)) == power)
        }
        #expect(encoded(Megawatts(watts: 300_000_000)) == "300")
        #expect(try decode(Megawatts.self, "1.5").watts == 1_500_000)
        #expect(Megawatts(watts: 1_500_000).description == "1.5")
        #expect(Megawatts(watts: 1).description == "0.000001")
    }

    @Test(
        "refuses megawatts that are nothing, negative, too many or not whole watts",
        arguments: ["0", "-1", "1e6", "0.0000015", "\"300\""])
    func megawattsRefused(_ text: String) {
        #expect(throws: RequestBodyError.self) { try decode(Megawatts.self, text) }
    }

    @Test("money needs a currency code")
    func moneyNeedsCurrency() throws {
        let money = Money(currency: "USD", micros: 920_000_000_000_000)
        #expect(try decode(Money.self, encoded(money)) == money)
        let error = #expect(throws: RequestBodyError.self) { try decode(Money.self, #"{"currency":"usd","micros":1}"#) }
        #expect(error?.pointer == "/currency")
    }

    @Test("counts are written in the order of their names")
    func countsAreSorted() throws {
        let counts: NamedCounts = ["scheduled": 1, "active": 2, "ending": 0]
        #expect(encoded(counts) == #"{"active":2,"ending":0,"scheduled":1}"#)
        #expect(try decode(NamedCounts.self, encoded(counts)) == counts)
        #expect(counts["active"] == 2 && counts["failed"] == 0)
    }
}
