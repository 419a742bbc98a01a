// How often each kind of command comes: swarm testing, in which every seed leaves some kinds out and has many of others.

/// Kinds of commands as they are drawn.
enum LifeKind: String, CaseIterable, Sendable {
    case request, spot, offer, series, imports, amend, release, notice, approval, transfer, sublease, nodes
    case maintenance, fault, power, feed, tenant, cohort, contract, fleet, plan, token, housekeeping

    /// How often it comes where nothing is left out.
    var weight: Int {
        switch self {
        case .request: 30
        case .amend: 12
        case .nodes: 18
        case .release: 8
        case .notice, .transfer, .sublease, .spot, .power: 6
        case .fault: 4
        case .maintenance, .tenant, .plan, .contract: 3
        case .offer, .series, .imports, .approval, .feed, .cohort, .token, .housekeeping, .fleet: 2
        }
    }
}

/// The weights of one run.
struct LifeMix: Sendable {
    private var weights: [Int]

    /// Draws a mix: of most kinds a seed leaves every fifth out and has three times as many of every fifth.
    ///
    /// Groce et al., "Swarm Testing", ISSTA'12: what is left out lets others fill the state that it would empty.
    init(_ random: inout SimulationRandom) {
        var weights = LifeKind.allCases.map { kind in
            switch random.below(5) {
            case 0: 0
            case 1: kind.weight * 3
            default: kind.weight
            }
        }
        // A life without leases shows little.
        weights[0] = max(weights[0], LifeKind.request.weight)
        self.weights = weights
    }

    func draw(_ random: inout SimulationRandom) -> LifeKind { LifeKind.allCases[random.offset(weights: weights)] }
}
