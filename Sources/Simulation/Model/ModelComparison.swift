// Where a book is otherwise than the model says.

import FleetModel
import Leasing
import Packing

extension ModelState {
    /// Takes over what the model does not work out: what load targets do, notices, approvals and offers.
    mutating func adopt(_ seen: ModelState) {
        (targets, reclaims, approvals) = (seen.targets, seen.reclaims, seen.approvals)
        (transfers, openSubleases, subleases) = (seen.transfers, seen.openSubleases, seen.subleases)
        for (number, part) in seen.parts {
            guard parts[number] != nil else { continue }
            parts[number]!.curtailments = part.curtailments
            parts[number]!.conditions[.curtailed] = part.conditions[.curtailed]
        }
        // Leases of a tenant that is gone have another name, and further parts that are over are forgotten.
        for (number, part) in parts where part.isOver {
            guard let over = seen.parts[number] else {
                parts[number] = nil
                continue
            }
            guard over.isOver else { continue }
            parts[number] = over
            parts[number]!.state = part.state
        }
        for (name, contract) in seen.contracts where contracts[name]?.versions.count == contract.versions.count {
            contracts[name]!.versions = contract.versions
        }
    }

    /// Every difference of a book, in words.
    func differences(from seen: ModelState) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ what: @autoclosure () -> String, _ expected: Value, _ value: Value) {
            if expected != value { found.append("\(what()) is \(value), expected \(expected)") }
        }
        compare("time", time, seen.time)
        compare("the freeze", freeze, seen.freeze)
        compare("tenants", tenants, seen.tenants)
        compare("cohorts", cohorts, seen.cohorts)
        for name in Set(contracts.keys).union(seen.contracts.keys).sorted() {
            compare("contract \(name)", contract(name), seen.contract(name))
        }
        compare("maintenance", maintenance, seen.maintenance)
        compare("tokens", tokens, seen.tokens)
        compare("failed feeds", failures, seen.failures)
        compare("the next number", nextNumber, seen.nextNumber)
        for (node, expected) in nodes.enumerated() where node < seen.nodes.count {
            let real = seen.nodes[node]
            if (expected.health, expected.until, expected.isClean, expected.notReady)
                != (real.health, real.until, real.isClean, real.notReady)
            {
                found.append("node \(name(node)) is \(real), expected \(expected)")
            }
        }
        for number in Set(parts.keys).union(seen.parts.keys).sorted() {
            let (expected, real) = (parts[number], seen.parts[number])
            guard let expected, let real else {
                found.append("part \(number) is \(real == nil ? "gone" : "there"), and was not expected to be")
                continue
            }
            compareParts(expected, real, &found)
        }
        return found
    }

    private func compareParts(_ expected: ModelPart, _ real: ModelPart, _ found: inout [String]) {
        let part = "part \(expected.number)"
        func compare<Value: Equatable>(_ what: String, _ one: Value, _ other: Value) {
            if one != other { found.append("\(part): \(what) is \(other), expected \(one)") }
        }
        compare("state", expected.state, real.state)
        guard !expected.isOver else { return }
        compare("lease", expected.partOf, real.partOf)
        compare("tenant", expected.tenant, real.tenant)
        compare("contract", expected.contract, real.contract)
        compare("contract's version", expected.contractVersion, real.contractVersion)
        compare("label", expected.label, real.label)
        compare("class", expected.leaseClass, real.leaseClass)
        compare("cap", expected.cap, real.cap)
        compare("later caps", expected.capSteps, real.capSteps)
        compare("begun caps", expected.capStepsBegun, real.capStepsBegun)
        compare("spares", expected.sparesPerDomain, real.sparesPerDomain)
        compare("start", expected.start, real.start)
        compare("end", expected.end, real.end)
        compare("turn-round", expected.turnRoundSeconds, real.turnRoundSeconds)
        compare("start of terms", expected.termStart, real.termStart)
        compare("conditions", expected.conditions, real.conditions)
        compare("nodes that are down", expected.down, real.down)
        let held = Set(expected.lines.flatMap(\.holdings.touchedNodes))
        compare(
            "nodes that are back", expected.returned.intersection(held).sorted(),
            real.returned.intersection(held).sorted())
        compare("promise", expected.promise, real.promise)
        compare("number of lines", expected.lines.count, real.lines.count)
        for (one, other) in zip(expected.lines, real.lines) where one != other {
            found.append("\(part): line is \(other), expected \(one)")
        }
    }
}
