// The chart of berth calendar.

import ControlAPI
import Testing

@testable import berth

@Suite("A calendar")
struct CalendarTests {
    private static func answer(days: Int64, from start: String = "2026-12-01T14:30:05Z") -> CalendarAnswer {
        let start = Timestamp(start)!
        let end = Timestamp(epochSeconds: start.epochSeconds + days * 86_400)
        func later(_ days: Int64) -> Timestamp { Timestamp(epochSeconds: TopSamples.now.epochSeconds + days * 86_400) }
        var target = LoadTargetAnswer(
            budget: "memphis-1-meter", id: "call", kind: .economic, state: .scheduled, watts: 240_000_000,
            start: later(10),
            end: later(14), restoreWattsPerMinute: nil, reason: "grid", actor: "root", setAt: TopSamples.now,
            entitledWatts: nil, committedWatts: nil, spent: [], lowered: [], unmet: [], holdouts: [],
            orders: OrderCounts(issued: 0, acknowledged: 0, overdue: 0))
        target.unmet = [UnmetAnswer(start: later(10), end: later(11), watts: 5)]
        return CalendarAnswer(
            now: TopSamples.now, start: start, end: end, leases: TopSamples.leases,
            maintenance: [
                MaintenanceAnswer(
                    name: "switches", nodes: ["memphis-2/h8"], nodeCount: 3_600, reason: "x", by: "root",
                    setAt: TopSamples.now, active: false,
                    windows: [
                        WindowAnswer(start: later(20), end: later(22)), WindowAnswer(start: later(50), end: later(52)),
                    ])
            ], loadTargets: [target],
            notices: [
                NoticeAnswer(
                    id: "t-1", kind: .reclaim, deadline: later(30), acknowledged: false, tenant: "acme",
                    lease: "l-3abc",
                    steps: [])
            ],
            unleased: [
                UnleasedGPUs(
                    site: "memphis-2", gpus: 115_200,
                    steps: [
                        .init(start: later(0), end: later(45), gpusLeast: 528),
                        .init(start: later(45), end: later(60), gpusLeast: 0),
                        .init(start: later(60), end: later(400), gpusLeast: 115_200),
                    ])
            ])
    }

    private func lines(_ days: Int64, _ columns: Int, _ glyphs: Glyphs = .unicode) -> [StyledText] {
        CalendarChart(answer: Self.answer(days: days), glyphs: glyphs).lines(columnCount: columns)
    }

    @Test("looks like the golden files, for a quarter and for two years")
    func golden() throws {
        try GoldenText("calendar-90d-100.txt").expect(lines(90, 100))
        try GoldenText("calendar-90d-80-ascii.txt").expect(lines(90, 80, .ascii))
        try GoldenText("calendar-730d-160.txt").expect(lines(730, 160))
    }

    @Test("fits every width, and has ASCII alone where that is wanted", arguments: [40, 60, 80, 133, 250])
    func fits(_ columns: Int) {
        for days in [1, 30, 4_000] as [Int64] {
            #expect(lines(days, columns).allSatisfy { $0.width <= columns })
            #expect(lines(days, columns, .ascii).allSatisfy { $0.plain.utf8.allSatisfy { $0 < 0x80 } })
        }
    }

    @Test("says so when nothing is booked")
    func empty() {
        var answer = Self.answer(days: 7)
        (answer.leases, answer.maintenance, answer.loadTargets, answer.notices, answer.unleased) = (
            [], nil, nil, [], nil
        )
        let lines = CalendarChart(answer: answer, glyphs: .unicode).lines(columnCount: 80)
        #expect(lines.last?.plain == "Nothing is booked in this time.")
    }

    /// Seconds, columns, and the dates written.
    private static let tickSamples: [(Int64, Int, [String])] = [
        (3_600, 60, ["14:45", "15:00", "15:15"]), (86_400, 40, ["18:00", "12-02", "06:00", "12:00"]),
        (14 * 86_400, 60, ["12-03", "12-05", "12-07", "12-09", "12-11", "12-13"]),
        (60 * 86_400, 80, ["12-07", "12-14", "12-21", "12-28", "01-04", "01-11", "01-18", "01-25"]),
        (365 * 86_400, 60, ["2027-01", "2027-04", "2027-07", "2027-10"]),
        (3_000 * 86_400, 60, ["2027", "2028", "2029", "2030", "2031", "2032", "2033", "2034"]),
    ]

    @Test("has dates as far apart as their width asks for", arguments: tickSamples)
    func ticks(_ seconds: Int64, _ columns: Int, _ labels: [String]) {
        let start = TopSamples.now.epochSeconds
        let axis = CalendarAxis(start: start, end: start + seconds, columnCount: columns)
        #expect(axis.ticks.map(\.label) == labels)
    }

    @Test("puts every stretch that it shows into at least one column of its own time")
    func columns() {
        let axis = CalendarAxis(start: 1_000, end: 2_000, columnCount: 10)
        #expect(axis.columns(from: 1_000, to: 1_001) == 0..<1 && axis.columns(from: 1_999, to: 5_000) == 9..<10)
        #expect(axis.columns(from: 0, to: 3_000) == 0..<10 && axis.columns(from: 1_100, to: 1_300) == 1..<3)
        #expect(axis.columns(from: 0, to: 1_000) == nil && axis.columns(from: 2_000, to: 3_000) == nil)
    }

    /// A compact path, a domain, and whether one lies in the other.
    private static let paths: [(String, String, Bool)] = [
        ("memphis-2/h[1-7]/r[001-200]", "memphis-2/h3", true),
        ("memphis-2/h[1-7]/r[001-200]", "memphis-2/h8", false),
        ("memphis-2/h[1-7]/r[001-200]", "memphis-2/h3/r010/t01", true), ("memphis-2", "memphis-2/h1", true),
        ("memphis-1/h1/b001/r1/n1:2,4", "memphis-1/h1/b001/r1/n1", true),
        ("memphis-1/h1/b001/r1/n1:2:1g.10gb@0,3", "memphis-1/h1", true), ("memphis-1/h1", "memphis-2", false),

    ]

    @Test("within a domain has what lies in it, and what it lies in", arguments: paths)
    func within(_ path: String, _ domain: String, _ meet: Bool) {
        #expect(DomainPath.meet(path, domain) == meet)
    }
}
