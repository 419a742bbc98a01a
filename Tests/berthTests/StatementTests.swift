// Statements as CSV and as a page to print.

import ControlAPI
import Testing

@testable import berth

@Suite struct StatementTests {
    private static func statement(label: String?) -> LedgerAnswer {
        let gpus = LedgerGPUs(
            promised: 7_200_000, delivered: 3_600_000, degraded: 3_600_000, excused: 1_800_000, lateAtStart: 0,
            stopped: 0,
            curtailed: 0, breach: 0, breachStopped: 0, lateAtHandBack: 0)
        let energy = LedgerEnergy(promised: 7_200_000_000, delivered: 3_600_000_000, curtailed: 0, breach: 0)
        let sums = LedgerAmounts(gpuMilliseconds: gpus, joulesAtRack: energy, joulesAtMeter: energy)
        func dollars(_ micros: Int64) -> Money { Money(currency: "USD", micros: micros) }
        let contract = LedgerContract(
            contract: "deal", version: 2, sums: sums, availabilityPercent: Percentage(hundredths: 7_500),
            perMonth: dollars(552_000_000_000_001), perYear: dollars(0), gpuHours: dollars(0), energy: dollars(0),
            charge: dollars(552_000_000_000_001), credit: dollars(1), due: dollars(552_000_000_000_000))
        return LedgerAnswer(
            tenant: "acme", month: "2027-02", until: Timestamp("2027-03-01T00:00:00Z")!, closed: true,
            leases: [LedgerLine(lease: "l-1", leases: 1, label: label, contract: "deal", sums: sums)],
            contracts: [contract], sums: sums, charge: contract.charge, credit: contract.credit, due: contract.due)
    }

    @Test("CSV has a header, exact figures and as many fields in each row")
    func csv() {
        let rows = statementCSV(Self.statement(label: "a,\"b\"")).split(separator: "\r\n")
        #expect(rows.count == 4)
        #expect(rows[1].hasPrefix("lease,acme,2027-02,deal,l-1,1,\"a,\"\"b\"\"\",7200000,3600000,3600000,1800000,0,"))
        #expect(rows[2].hasPrefix("contract,acme,2027-02,deal,,,,7200000,"))
        #expect(rows[2].hasSuffix(",552000000000001,0,0,0,552000000000001,1,552000000000000,75"))
        #expect(rows[3].hasSuffix(",,,,,552000000000001,1,552000000000000,"))
        #expect(
            Set([rows[0], rows[2], rows[3]].map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
                .count == 1)
    }

    @Test(
        "what a spreadsheet would take for a formula is a text in CSV, and what a browser would take for a tag in the page"
    )
    func hostileTexts() {
        #expect(statementCSV(Self.statement(label: "=1+1")).contains(",'=1+1,"))
        let page = statementPage(Self.statement(label: "<script>&\""))
        #expect(page.contains("<td class=\"text\">&lt;script&gt;&amp;&quot;</td>") && !page.contains("<script"))
    }

    @Test("what is owed between tenants stands in every form, and in no sum that is due to the provider")
    func betweenTenants() {
        var statement = Self.statement(label: nil)
        let line = LedgerSublease(
            sublease: "s-1", subleases: 1, lease: nil, from: "bob", to: "acme", label: nil, delivered: 3_600_000,
            pricePerGpuHour: Money(currency: "USD", micros: 1_500_000),
            amount: Money(currency: "USD", micros: 1_500_001))
        statement.owed = [line]
        let rows = statementCSV(statement).split(separator: "\r\n")
        #expect(rows.count == 5 && rows[3] == statementCSV(Self.statement(label: nil)).split(separator: "\r\n")[3])
        let fields = rows[4].split(separator: ",", omittingEmptySubsequences: false)
        #expect(fields.prefix(6) == ["owed", "acme", "2027-02", "bob", "s-1", "1"] && fields[8] == "3600000")
        #expect(fields.contains("1500001") && fields.count == rows[0].split(separator: ",").count)
        let page = statementPage(statement)
        #expect(page.contains("<td class=\"text\">owed to bob</td>") && page.contains("<td>1.500001</td>"))
        #expect(page.contains("<td class=\"text\">due</td><td>552,000,000.000000</td>"))
        #expect(statement.only("deal").owed == nil)
    }

    @Test("the page has the amounts to the micro-dollar and hours and MWh")
    func page() {
        let page = statementPage(Self.statement(label: nil))
        #expect(page.contains("<td>552,000,000.000001</td>") && page.contains("<td>0.000001</td>"))
        #expect(page.contains("<tr class=\"sum\"><td class=\"text\">due</td><td>552,000,000.000000</td></tr>"))
        #expect(page.contains("<td class=\"text\">degraded</td><td>1.000</td>") && page.contains("<td>2.000</td>"))
    }
}
