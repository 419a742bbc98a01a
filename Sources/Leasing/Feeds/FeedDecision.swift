// Deciding on the loss of a feed: what others carry stays up, the rest is dark until it is restored.

import FleetModel
import Packing

extension Book {
    mutating func decideFailure(
        ofFeed name: String, source: String?, _ step: inout Step
    ) throws(Refusal) {
        try checkFeed(name, source)
        if let known = feeds.failures.first(where: { $0.isOf(name, source) }) {
            throw Refusal(
                .wrongState, "\(Self.words(name, source)) has failed already, at \(RFC3339.text(known.since))")
        }
        commit(
            .feedFailed(
                FeedFailure(
                    budget: name, source: source, reason: step.reason, actor: step.actor.name, since: step.now)), &step)
        if source == nil {
            darkenRacks("\(name) has failed: \(step.reason)", &step)
        } else {
            followSources(of: name, &step)
        }
    }

    mutating func decideRestoration(
        ofFeed name: String, source: String?, _ step: inout Step
    ) throws(Refusal) {
        try checkFeed(name, source)
        guard feeds.failures.contains(where: { $0.isOf(name, source) }) else {
            throw Refusal(.wrongState, "\(Self.words(name, source)) has not failed")
        }
        commit(.feedRestored(budget: name, source: source), &step)
        guard source == nil else { return followSources(of: name, &step) }
        let lit = fleet.rackSegments(of: darkNodes).filter { !isDark($0.rack) }.map(\.nodes).coalesced()
        step.outcome.nodeCount = lit.reduce(0) { $0 + $1.count }
        guard !lit.isEmpty else { return }
        let note = NodeNote(
            reason: "\(name) is restored: \(step.reason)", actor: step.actor.name, since: step.now, until: nil)
        repair(lit, note, &step)
    }

    /// Makes faulty what has no feed and is not faulty yet, and remembers that it lacks only that.
    mutating func darkenRacks(_ reason: String, _ step: inout Step) {
        guard !feeds.failures.isEmpty else { return }
        var nodes: [Range<Int>] = []
        for rack in fleet.racks.indices where isDark(RackIndex(rack)) {
            for node in fleet.racks[rack].nodes where packing.health(of: NodeIndex(node)) != .faulty {
                nodes.append(node..<node + 1)
            }
        }
        nodes = nodes.united()
        step.outcome.nodeCount = nodes.reduce(0) { $0 + $1.count }
        guard !nodes.isEmpty else { return }
        commit(.nodesDarkened(register.permanent(nodes)), &step)
        fault(nodes, NodeNote(reason: reason, actor: step.actor.name, since: step.now, until: nil), &step)
    }

    private func checkFeed(_ name: String, _ source: String?) throws(Refusal) {
        guard let budget = fleet.budget(named: name) else {
            throw Refusal(.notFound, "there is no budget domain \(name)")
        }
        guard let source else { return }
        let sources = fleet.budgets[budget.offset].sources.map(\.name)
        guard sources.contains(source) else {
            throw Refusal(
                .notFound,
                "\(name) has no source \(source)"
                    + (sources.isEmpty
                        ? "; only roots of power trees have sources" : "; it has \(sources.joined(separator: ", "))"))
        }
    }

    private static func words(_ name: String, _ source: String?) -> String {
        source.map { "source \($0) of \(name)" } ?? "feed \(name)"
    }
}
