// Budgets that are in the way of a request, those of one kind and parent in one line.

import FleetModel
import Packing

extension Book {
    /// What is said of budgets that have too little left; to a tenant a line for each kind.
    func shortages(
        of budgets: [BudgetIndex], for line: LeaseLine, _ sound: SoundOrder, _ audience: Audience
    ) -> [Obstacle] {
        guard audience == .provider else {
            return BudgetKind.allCases.compactMap { kind in
                let short = budgets.filter { fleet.budgets[$0.offset].kind == kind }
                guard !short.isEmpty else { return nil }
                // What would not fit into an empty fleet has nothing to do with others.
                let needs = short.compactMap { need(of: line, under: $0, sound) }.filter(\.neverFits)
                return Obstacle(
                    kind: .budget, name: kind.rawValue, from: nil, until: nil,
                    message: needs.count == short.count
                        ? needs[0].words : "other commitments leave too little \(kind.rawValue)")
            }
        }
        // In the order of meeting them; of those that are folded, of the first.
        var groups: [[Shortage]] = []
        for budget in budgets {
            let shortage = shortage(of: budget, for: line, sound)
            let (domain, isRoot) = (fleet.budgets[budget.offset], fleet.budgets[budget.offset].parent == nil)
            let place = groups.firstIndex { group in
                let first = fleet.budgets[group[0].budget.offset]
                return !isRoot && first.kind == domain.kind && first.parent == domain.parent
            }
            if let place {
                groups[place].append(shortage)
            } else {
                groups.append([shortage])
            }
        }
        return groups.map(obstacle)
    }

    /// One budget with too little.
    private struct Shortage {
        let budget: BudgetIndex
        /// When it has least, and how much that is where it is measured.
        let window: Range<Int64>
        let leftWatts: Watts
        let limitWatts: Watts
        let need: UnitNeed?
    }

    private static let namesMax = 3

    private func obstacle(to group: [Shortage]) -> Obstacle {
        let tightest = group.min { $0.leftWatts < $1.leftWatts }!
        let (left, limit) = (WattsText.rounded(tightest.leftWatts), WattsText.rounded(tightest.limitWatts))
        let names = group.map { fleet.budgets[$0.budget.offset].name }
        let wanted = tightest.need.map { "; \($0.words)" } ?? ""
        guard group.count > 1, let parent = fleet.budgets[tightest.budget.offset].parent else {
            return Obstacle(
                kind: .budget, name: names[0], from: tightest.window.lowerBound, until: tightest.window.upperBound,
                message: "only \(left) are left of \(limit)" + wanted)
        }
        let rest = names.count - Self.namesMax
        let listed = names.prefix(Self.namesMax).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
        return Obstacle(
            kind: .budget, name: listed, from: group.map(\.window.lowerBound).min(),
            until: group.map(\.window.upperBound).max(),
            message: "\(group.count) budgets under \(fleet.budgets[parent.offset].name) have too little left, "
                + "at the tightest \(left) of \(limit)" + wanted)
    }

    private func shortage(of budget: BudgetIndex, for line: LeaseLine, _ sound: SoundOrder) -> Shortage {
        let (domain, terms) = (fleet.budgets[budget.offset], sound.request.terms)
        let left = packing.headroom(of: budget, from: terms.start, until: terms.until)
        let window = tightest(budget, terms)
        return Shortage(
            budget: budget, window: window, leftWatts: domain.measuredWatts(rackWatts: max(0, left)),
            limitWatts: packing.limit(of: budget, at: window.lowerBound), need: need(of: line, under: budget, sound))
    }

    /// The stretch of the window in which a budget has least left.
    private func tightest(_ budget: BudgetIndex, _ terms: BookingTerms) -> Range<Int64> {
        let limits = packing.limitSteps(of: budget).map(\.at)
        let committed = packing.committedSteps(of: budget, from: terms.start, until: terms.until)
        let times = Set(committed.map(\.at) + limits.filter { $0 > terms.start && $0 < terms.until }).sorted()
        var least: (left: Watts, range: Range<Int64>) = (.max, terms.start..<terms.until)
        for (offset, time) in times.enumerated() {
            let end = offset + 1 < times.count ? times[offset + 1] : terms.until
            let left = packing.headroom(of: budget, from: time, until: time + 1)
            if left < least.left {
                least = (left, time..<end)
            } else if left == least.left && least.range.upperBound == time {
                least.range = least.range.lowerBound..<end
            }
        }
        return least.range
    }

    /// When the last closed node of the accepted sites opens again; nil when nobody has said. O(nodes of the sites).
    func reopening(_ sound: SoundOrder) -> Int64? {
        var latest = Int64.min
        for rack in fleet.racks where sound.request.siteMask >> UInt64(rack.siteOffset) & 1 == 1 {
            for node in rack.nodes { latest = max(latest, packing.closedUntil(NodeIndex(node))) }
        }
        return latest > sound.start && latest < .max ? latest : nil
    }
}
