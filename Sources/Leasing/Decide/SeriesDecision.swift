// Series: leases of one tenant that were asked for together by a rule, and can be released together.

import FleetModel
import Packing

/// How the leases of a series are named.
public enum LeaseSeries {
    /// The label of the lease in a place of a series, counted from 1: `nights#3`. No label that is asked for has a `#`.
    public static func label(_ series: String, place: Int) -> String { "\(series)#\(place)" }

    /// The series that a label belongs to, or nil.
    public static func name(ofLabel label: String?) -> String? {
        guard let label, let mark = label.lastIndex(of: "#") else { return nil }
        return String(label[..<mark])
    }
}

extension Book {
    /// Leases of a tenant's series that are not over, in order of numbers. O(leases of the tenant).
    public func leases(ofSeries name: String, of tenant: String) -> [UInt64] {
        var numbers: [UInt64] = []
        self.tenant(tenant)?.leases.forEach { number, _ in
            if LeaseSeries.name(ofLabel: known(number).label) == name { numbers.append(number) }
            return true
        }
        return numbers
    }

    /// Grants a whole series or refuses it with the first lease that cannot be granted.
    mutating func decideSeries(_ name: String, _ orders: [LeaseOrder], _ step: inout Step) throws(Refusal) {
        precondition(!orders.isEmpty, "a series has leases")
        let tenant = orders[0].tenant
        guard leases(ofSeries: name, of: tenant).isEmpty else {
            throw Refusal(
                .inUse,
                "tenant \(tenant) has a series \(name) that is not over; choose another label or release it first",
                pointer: "/label")
        }
        try decideLeases(orders, orders.map { _ in nil }, &step)
    }

    /// Decides a series without granting it: the leases that it would be.
    public func planSeries(_ name: String, _ orders: [LeaseOrder], now: Int64) throws(Refusal) -> [WholeLease] {
        var fork = self
        fork.begin(at: now)
        // As with one lease, the numbers of a plan tell nothing of how many leases there are.
        fork.nextLeaseNumber = Book.plannedLeaseNumber
        var step = Step(now: fork.time, actor: .daemon, reason: "")
        try fork.decideSeries(name, orders, &step)
        return step.outcome.leases.map { fork.whole(fork.known($0)) }
    }

    mutating func decideRelease(
        ofSeries name: String, of tenant: String, by audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        let live = leases(ofSeries: name, of: tenant)
        let numbers = live.filter { known($0).state.after(.release) != nil }
        guard !live.isEmpty else { throw Refusal(.notFound, "there is no such series that is not over") }
        guard !numbers.isEmpty else {
            throw Refusal(.wrongState, "every lease of the series that is not over is ending already")
        }
        for number in numbers {
            if case .tenant = audience { try checkIsNotLet(known(number), "released", by: audience) }
        }
        for number in numbers { try checkMayEnd(known(number), by: audience, now: step.now) }
        for number in numbers { releaseParts(of: number, &step) }
        step.outcome.leases = numbers
    }
}
