// Every kind of fact is an event, and the kinds are those that facts give.

import Foundation
import Testing

@testable import Leasing

@Suite("Events of facts")
struct FactEventTests {
    @Test("every fact has its place in the table, under the lease that it is about")
    func every() {
        for fact in FactFixtures.facts { _ = fact.event(recordedAt: 1_800_000_000) }
    }

    @Test("kinds are a noun and what became of it, and no two are the same")
    func spelling() {
        let kinds = EventKind.allCases.map(\.rawValue)
        #expect(Set(kinds).count == kinds.count)
        for kind in kinds {
            let parts = kind.split(separator: ".", omittingEmptySubsequences: false)
            #expect(
                parts.count == 2
                    && parts.allSatisfy { part in
                        part.first?.isLetter == true && part.allSatisfy { $0.isLowercase || $0 == "-" }
                    }, "\(kind)")
        }
    }

    @Test("docs/events.md lists each kind, and no other")
    func document() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/events.md"), encoding: .utf8)
        let rows = try #require(text.split(separator: "## Kinds").last).split(separator: "\n").filter {
            $0.hasPrefix("| `")
        }
        let listed = rows.flatMap { row in
            row.split(separator: "|")[0].split(separator: "`").map(String.init).filter { $0.contains(".") }
        }
        #expect(listed.sorted() == EventKind.allCases.map(\.rawValue).sorted())
    }

    @Test("every kind is given by some fact")
    func reached() {
        let given = Set(
            FactFixtures.facts.map { $0.event(recordedAt: 1_800_000_000).kind.rawValue.split(separator: ".")[0] })
        #expect(Set(EventKind.allCases.map { $0.rawValue.split(separator: ".")[0] }) == given)
    }

    @Test("events of leases say when and how much; nodes that are up again are none that are down")
    func figures() {
        let granted = Fact.leaseGranted(FactFixtures.lease).event(recordedAt: 0)
        #expect(granted.kind == .leaseGranted && granted.lease == 300 && granted.tenant == "ada")
        #expect(granted.start == 1_800_000_000 && granted.end == 1_900_000_000)
        #expect(granted.gpus == FactFixtures.lease.promised.gpus && granted.leaseClass == .guaranteed)
        let down = Fact.leaseMembersDown(
            number: 7, nodes: [IDRange(first: 3, count: 2)], conditions: [])
        #expect(down.event(recordedAt: 0).kind == .leaseMembersDown)
        #expect(
            Fact.leaseMembersDown(number: 7, nodes: [], conditions: []).event(recordedAt: 0).kind == .leaseMembersUp)
    }

    @Test("a tenant is not told whose call lowered its watts")
    func tenant() {
        let fact = Fact.leaseCurtailed(number: 7, target: LoadTargetKey(budget: "meter", id: "grid"), steps: [])
        let event = fact.event(recordedAt: 0)
        #expect(event.loadTarget == "grid" && event.budget == "meter")
        #expect(event.forTenant.loadTarget == nil && event.forTenant.budget == nil && event.forTenant.lease == 7)
    }

    @Test("a notice is served once; what is set of it later changes it, or says that it is known or withdrawn")
    func notices() {
        var notice = Reclaim(
            lease: 7, notice: 1, clause: .convenience, servedAt: 10, actor: "", reason: "",
            steps: [ReclaimStep(at: 50, gpus: 8)], gpusBefore: 16)
        func kind(at time: Int64) -> EventKind { Fact.reclaimSet(notice).event(recordedAt: time).kind }
        #expect(kind(at: 10) == .noticeServed && kind(at: 11) == .noticeChanged)
        notice.nominated = [IDRange(first: 3, count: 1)]
        #expect(kind(at: 10) == .noticeChanged)
        (notice.acknowledgedAt, notice.nominated) = (12, [])
        #expect(kind(at: 12) == .noticeAcknowledged && kind(at: 13) == .noticeChanged && kind(at: 10) == .noticeChanged)
        notice.withdrawnAt = 12
        #expect(kind(at: 12) == .noticeWithdrawn)
    }

    @Test("a load target that is over when it is set has ended")
    func targets() {
        var target = LoadTarget(
            key: LoadTargetKey(budget: "meter", id: "grid"), kind: .economic, watts: 5, start: 10, end: 20)
        #expect(Fact.loadTargetSet(target).event(recordedAt: 19).kind == .loadTargetSet)
        target.end = 19
        #expect(Fact.loadTargetSet(target).event(recordedAt: 19).kind == .loadTargetEnded)
    }
}
