// Rule 7 of sub-leases notices a holder that takes what it lets.

import Testing

@testable import Leasing
@testable import Simulation

@Suite("Rule 7 of sub-leases")
struct SubleaseRuleTests {
    @Test("what is let and cut in an entry of its holder is a violation, and in one of the provider is not")
    func cutByItsHolder() {
        var sublease = Sublease.blank
        (sublease.number, sublease.lease, sublease.from, sublease.to) = (1, 7, "ada", "bob")
        (sublease.agreedAt, sublease.endedAt, sublease.ending, sublease.end) = (10, 20, .cut, 90)
        for (role, count) in [("tenant:ada", 1), ("operator", 0)] {
            var rules = SubleaseRules()
            let entry = Entry(
                revision: 3, recordedAt: 20, actor: Actor(name: "uid:1", role: role), reason: "", requestID: "r",
                idempotencyKey: nil,
                facts: [.subleaseNoted(SubleaseNote(tenant: "ada", event: .over, sublease: sublease))])
            rules.look(at: entry, before: Book(), after: Book())
            #expect(rules.violations.count == count, "\(role): \(rules.violations)")
        }
    }
}
