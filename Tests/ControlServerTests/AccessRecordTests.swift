// Counting reads: none is lost, and there is a bound on what is told apart.

import ControlServer
import Testing

@Suite("The record of access")
struct AccessRecordTests {
    private let operators = AccessReader(actor: "uid:0 root", role: .operator)
    private let own = AccessReader(actor: "uid:7 ada", role: .tenant("acme"))

    @Test("reads add up by caller, tenant and hour, and are handed over once")
    func counts() {
        let record = AccessRecord()
        for now in [7_199, 7_200, 7_300] as [Int64] {
            record.note(operators, of: "acme", at: now)
            record.note(own, of: "acme", at: now)
        }
        record.note(operators, of: "rival", at: 7_300)
        let expected: Set = [
            AccessCount(tenant: "acme", reader: operators, hour: 3_600, reads: 1),
            AccessCount(tenant: "acme", reader: own, hour: 3_600, reads: 1),
            AccessCount(tenant: "acme", reader: operators, hour: 7_200, reads: 2),
            AccessCount(tenant: "acme", reader: own, hour: 7_200, reads: 2),
            AccessCount(tenant: "rival", reader: operators, hour: 7_200, reads: 1),
        ]
        #expect(Set(record.pending) == expected)
        #expect(Set(record.take()) == expected)
        #expect(record.take().isEmpty)
    }

    @Test("beyond the bound reads are counted without a name, then without a tenant, and none is lost")
    func bound() {
        let record = AccessRecord(countsMax: 10)
        for number in 0..<100 {
            record.note(AccessReader(actor: "uid:\(number)", role: .auditor), of: "acme", at: 0)
        }
        for number in 0..<100 { record.note(operators, of: "tenant-\(number)", at: 0) }
        let counts = record.take()
        #expect(counts.count <= 21)
        #expect(counts.reduce(0) { $0 + $1.reads } == 200)
        #expect(counts.contains(AccessCount(tenant: "acme", reader: nil, hour: 0, reads: 90)))
        #expect(counts.contains { $0.tenant.isEmpty && $0.reads > 0 })
    }

    @Test("ten thousand reads from many tasks are ten thousand")
    func together() async {
        let record = AccessRecord()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<100 {
                group.addTask {
                    for _ in 0..<100 { record.note(task.isMultiple(of: 2) ? operators : own, of: "acme", at: 0) }
                }
            }
        }
        #expect(record.take().map(\.reads).sorted() == [5_000, 5_000])
    }
}
