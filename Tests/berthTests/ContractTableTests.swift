// Contracts for people: every term.

import ControlAPI
import Testing

@testable import berth

@Suite("A contract's table")
struct ContractTableTests {
    private func lines(_ curtailment: CurtailmentSpecification?) -> [String] {
        let terms = ContractSpecification(tenant: "acme", curtailment: curtailment)
        return contractTable(ContractAnswer(name: "acme-1", version: 1, versions: 1, leases: 2, terms: terms))
            .lines(columnCountMax: nil, inColour: false)
    }

    @Test("says what a curtailment may do, also where the terms leave it to what is usual")
    func curtailment() throws {
        let full = lines(
            CurtailmentSpecification(
                noticePeriod: WireDuration(seconds: 1_800), hoursPerMonth: 40, floorPercent: 60, mayStop: true))
        let usual = lines(CurtailmentSpecification(noticePeriod: WireDuration(seconds: 1_800)))
        func value(_ term: String, _ lines: [String]) -> Substring? {
            lines.first { $0.hasPrefix(term) }?.split(separator: "  ").last.map { $0.drop { $0 == " " } }
        }
        #expect(value("curtailment floor", full) == "60 % of each model's maximum")
        #expect(value("curtailment may stop", full) == "yes" && value("curtailment hours a month", full) == "40")
        #expect(value("curtailment floor", usual) == "50 % of each model's maximum")
        #expect(value("curtailment may stop", usual) == "no" && value("curtailment hours a month", usual) == "any")
        #expect(value("curtailment", lines(nil)) == "none allowed")
    }
}
