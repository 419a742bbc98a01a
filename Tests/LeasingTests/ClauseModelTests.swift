// Random contracts and verbs against an evaluator of clauses that shares nothing with the guards: no forbidden act succeeds,
// no allowed one is refused, and each refusal names the clause and the first date that the evaluator names.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// What a contract says of an act, worked out from its terms by hand.
private enum Answer: Equatable {
    case allowed
    /// By which clauses, any of them, and from when on it could take effect; nil for never.
    case forbidden(Set<String>, from: Int64?)
    /// The clauses would allow it, and it comes too late or takes nothing.
    case pointless
}

private struct Evaluator {
    let terms: ContractTerms
    let start: Int64
    let end: Int64
    let held: Int
    let now: Int64
    /// When a reclaim for convenience that counts was served.
    let uses: [Int64]

    private var providerNotice: Int64 { terms.providerNoticeSeconds ?? terms.noticeSeconds ?? 0 }
    private var tenantNotice: Int64 { terms.tenantNoticeSeconds ?? terms.noticeSeconds ?? 0 }
    private var bound: Int64 { start + (terms.minimumTermSeconds ?? -1_000_000_000) }

    private func allowed(from: Int64) -> Answer { max(from, start) < end ? .allowed : .pointless }

    func cause(_ name: String) -> Answer {
        terms.reclaimCauses.contains(name)
            ? allowed(from: now + (terms.causeNoticeSeconds ?? providerNotice))
            : .forbidden(["reclaimCauses"], from: nil)
    }

    func convenience(_ gpus: Int?) -> Answer {
        guard let clause = terms.convenience else { return .forbidden(["reclaimForConvenience"], from: nil) }
        if now < bound { return .forbidden(["minimumTerm"], from: bound + clause.noticeSeconds) }
        let recent = uses.filter { $0 > now - clause.periodSeconds }.sorted()
        if recent.count >= clause.maxTimes {
            let again = recent[recent.count - Int(clause.maxTimes)] + clause.periodSeconds
            return .forbidden(["reclaimForConvenience"], from: again + clause.noticeSeconds)
        }
        if case .pointless = allowed(from: now + clause.noticeSeconds) { return .pointless }
        let most = held * Int(clause.maxPercent) / 100
        if let gpus, gpus > held { return .pointless }
        if let gpus, gpus > most { return .forbidden(["reclaimForConvenience"], from: nil) }
        // Whole nodes of eight go, and never more than was asked for.
        return (gpus ?? most) >= 8 ? .allowed : .pointless
    }

    func cancellation(byTenant: Bool) -> Answer {
        if byTenant {
            if let after = terms.cancellationAfter, now < after {
                return .forbidden(["cancellationAfter"], from: max(after + tenantNotice, bound))
            }
            return allowed(from: max(now + tenantNotice, bound))
        }
        guard let after = terms.cancellationAfter else { return .forbidden(["cancellationAfter"], from: nil) }
        let first = max(after, bound)
        guard now >= first else {
            return .forbidden([after >= bound ? "cancellationAfter" : "minimumTerm"], from: first + providerNotice)
        }
        return allowed(from: now + providerNotice)
    }

    /// The provider ends or reduces nothing at once, whatever the contract says.
    var atOnce: Answer {
        var dates: [(Int64, String)] = []
        if let after = terms.cancellationAfter {
            let first = max(after, bound, now)
            let clause = now < max(after, bound) && after < bound ? "minimumTerm" : "cancellationAfter"
            dates.append((first + providerNotice, clause))
        }
        if let clause = terms.convenience {
            switch convenience(nil) {
            case .forbidden(let names, let from?): dates.append((from, names.first!))
            default: dates.append((now + clause.noticeSeconds, "reclaimForConvenience"))
            }
        }
        guard let first = dates.map(\.0).min(), first < end else { return .forbidden(["cancellationAfter"], from: nil) }
        return .forbidden(Set(dates.filter { $0.0 == first }.map(\.1)), from: first)
    }

    var tenantsRelease: Answer {
        if let after = terms.cancellationAfter, now < after {
            return .forbidden(["cancellationAfter"], from: max(after + tenantNotice, bound))
        }
        let ending = max(now + tenantNotice, bound)
        if ending <= now { return .allowed }
        let clause =
            bound == ending ? "minimumTerm" : terms.tenantNoticeSeconds == nil ? "noticePeriod" : "tenantNoticePeriod"
        return .forbidden([clause], from: ending)
    }
}

@Suite("Random contracts and verbs") struct ClauseModelTests {
    @Test("are allowed and refused as an evaluator of clauses says, with its clause and its date", arguments: 1...16)
    func model(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var tally: [String: Int] = [:]
        for _ in 0..<12 {
            var desk = JournalledBook(Fleets.plain)
            desk.replaysAll = false
            let terms = anyTerms(&random)
            guard terms.contradiction(in: Fleets.plain) == nil else { continue }
            try desk.execute(.putContract(name: "c", terms: terms))
            let length = Int64.random(in: 20...300, using: &random) * day
            let lease = try desk.request(order(.node, 8, until: noon + length, contract: "c"))
            desk.advance(to: noon)
            for _ in 0..<30 {
                desk.advance(to: desk.now + Int64.random(in: 1...10 * day, using: &random))
                guard let whole = desk.book.wholeLease(lease.number), whole.state == .active else { break }
                let uses = desk.book.reclaims(of: lease.number).filter { reclaim in
                    reclaim.clause == .convenience && reclaim.withdrawnAt.map { $0 >= reclaim.steps[0].at } ?? true
                }.map(\.servedAt)
                let evaluator = Evaluator(
                    terms: terms, start: noon, end: whole.lease.end, held: whole.promised.gpus, now: desk.now,
                    uses: uses)
                let (command, expected, name) = anyAct(lease.number, evaluator, &random)
                check(&desk, command, expected, "seed \(seed), \(name), \(terms)")
                tally[name + (expected == .allowed ? " allowed" : " refused"), default: 0] += 1
                guard desk.book.openReclaim(on: lease.number) != nil else { continue }
                // What was served is taken back, at once or on its way, or runs its course.
                switch Int.random(in: 0..<3, using: &random) {
                case 0: try desk.execute(withdrawal(of: lease.number, desk.book))
                case 1:
                    let last = desk.book.openReclaim(on: lease.number)!.steps.last!.at
                    desk.advance(to: max(desk.now, last))
                default:
                    let served = desk.refusal(of: command)
                    #expect(served.map { $0.code == .wrongState || $0.code == .clauseForbids } ?? false)
                    let last = desk.book.openReclaim(on: lease.number)!.steps.last!.at
                    desk.advance(to: max(desk.now, last))
                }
            }
        }
        #expect(tally.count > 4, "seed \(seed): \(tally)")
    }

    private func check(_ desk: inout JournalledBook, _ command: Command, _ expected: Answer, _ what: String) {
        let refusal = desk.refusal(of: command)
        switch expected {
        case .allowed: #expect(refusal == nil, "\(what): \(String(describing: refusal))")
        case .pointless: #expect(refusal?.code == .invalid, "\(what): \(String(describing: refusal))")
        case .forbidden(let clauses, let from):
            #expect(refusal?.code == .clauseForbids, "\(what): \(String(describing: refusal))")
            guard let refusal, refusal.obstacles.count == 1 else {
                Issue.record("\(what): \(String(describing: refusal)) names no clause")
                return
            }
            #expect(clauses.contains(refusal.obstacles[0].name), "\(what): \(refusal), not \(clauses)")
            #expect(refusal.obstacles[0].until == from, "\(what): \(refusal)")
        }
    }

    private func withdrawal(of number: UInt64, _ book: Book) -> Command {
        .withdrawReclaim(number, byTenant: book.openReclaim(on: number)!.clause == .cancellation(byTenant: true))
    }

    private func anyAct(
        _ number: UInt64, _ evaluator: Evaluator, _ random: inout SeededGenerator
    ) -> (Command, Answer, String) {
        func serve(_ clause: ReclaimClause, _ gpus: Int? = nil) -> Command {
            .serveReclaim(number, ReclaimOrder(clause: clause, gpus: gpus))
        }
        switch Int.random(in: 0..<9, using: &random) {
        case 0, 1:
            let cause = ["harmful-use", "unpaid"].randomElement(using: &random)!
            return (serve(.cause(cause)), evaluator.cause(cause), "cause")
        case 2, 3:
            let gpus = random.isOne(in: 2) ? nil : Int.random(in: 1...80, using: &random)
            return (serve(.convenience, gpus), evaluator.convenience(gpus), "convenience")
        case 4:
            return (
                serve(.cancellation(byTenant: false)), evaluator.cancellation(byTenant: false), "cancellation"
            )
        case 5:
            return (
                serve(.cancellation(byTenant: true)), evaluator.cancellation(byTenant: true), "tenant's cancellation"
            )
        case 7 where evaluator.held > 8:
            let line = LineAmendment(name: "line", change: .count(1))
            return (.amendLease(number, Amendment(lines: [line])), evaluator.atOnce, "shrink")
        case 6, 7: return (.releaseLease(number), evaluator.atOnce, "release")
        default:
            guard random.isOne(in: 2) else {
                let cap = Amendment(cap: .watts(300))
                return (.amendLease(number, cap), .forbidden(["curtailment"], from: nil), "lower cap")
            }
            return (
                .releaseLease(number, by: .tenant("ada")), evaluator.tenantsRelease, "tenant's release"
            )
        }
    }

    private func anyTerms(_ random: inout SeededGenerator) -> ContractTerms {
        var terms = ContractTerms()
        func maybe(_ range: ClosedRange<Int64>) -> Int64? {
            random.isOne(in: 2) ? Int64.random(in: range, using: &random) * day : nil
        }
        (terms.minimumTermSeconds, terms.noticeSeconds) = (maybe(1...60), maybe(1...20))
        (terms.providerNoticeSeconds, terms.tenantNoticeSeconds) = (maybe(1...20), maybe(1...20))
        terms.cancellationAfter = maybe(1...60).map { noon + $0 }
        if random.isOne(in: 2) { terms.reclaimCauses = ["harmful-use"] }
        if !terms.reclaimCauses.isEmpty { terms.causeNoticeSeconds = maybe(1...7) }
        if random.isOne(in: 2) {
            terms.convenience = ConvenienceClause(
                maxPercent: Int64.random(in: 5...100, using: &random),
                maxTimes: Int64.random(in: 1...2, using: &random),
                periodSeconds: Int64.random(in: 10...80, using: &random) * day,
                noticeSeconds: Int64.random(in: 1...15, using: &random) * day)
        }
        return terms
    }
}
