// Rule 7 of sub-leases notices a holder that takes what it lets.

import Testing

@testable import Leasing
@testable import Simulation

@Suite("Rule 7 of sub-leases")
struct SubleaseRuleTests {
    @Test("what is let and cut by its holder is a violation, and by the provider or where it gives way is not")
    func cutByItsHolder() {
        var sublease = Sublease.blank
        (sublease.number, sublease.lease, sublease.from, sublease.to) = (1, 7, "ada", "bob")
        (sublease.agreedAt, sublease.endedAt, sublease.ending, sublease.end) = (10, 20, .cut, 90)
        let over = Fact.subleaseNoted(SubleaseNote(tenant: "ada", event: .over, sublease: sublease))
        let preemption = Fact.reclaimSet(
            Reclaim(
                lease: 7, notice: 1, clause: .preemption(for: 0), servedAt: 20, actor: "uid:1", reason: "way",
                steps: [ReclaimStep(at: 20, gpus: 0)], gpusBefore: 8))
        for (role, facts, count) in [
            ("tenant:ada", [over], 1), ("operator", [over], 0), ("tenant:ada", [over, preemption], 0),
        ] {
            var rules = SubleaseRules()
            let entry = Entry(
                revision: 3, recordedAt: 20, actor: Actor(name: "uid:1", role: role), reason: "", requestID: "r",
                idempotencyKey: nil,
                facts: facts)
            rules.look(at: entry, before: Book(), after: Book())
            #expect(rules.violations.count == count, "\(role): \(rules.violations)")
        }
    }
}
