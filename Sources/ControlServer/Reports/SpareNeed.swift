// How many spares an availability needs. A report: nothing is decided by it.
//
// Each node fails and is repaired on its own: it is down for the share u = λ·r / (1 + λ·r) of the time, λ being its failures
// a day and r the days of a repair, and the number of nodes that are down at one time is binomial.

/// One domain of equal nodes.
struct SpareNeed {
    let nodes: Int
    /// The share of time that a node is down.
    let down: Double

    init(nodes: Int, failuresPerNodeDay: Double, repairDays: Double) {
        self.nodes = nodes
        let load = failuresPerNodeDay * repairDays
        down = load / (1 + load)
    }

    /// How likely it is that so many nodes are down, from none to all.
    private var chances: [Double] {
        guard down > 0 else { return [1] + [Double](repeating: 0, count: nodes) }
        // From the likeliest number outwards, so that nothing is lost for large domains, then made to add up to one.
        let middle = min(nodes, Int(Double(nodes + 1) * down))
        var chances = [Double](repeating: 0, count: nodes + 1)
        chances[middle] = 1
        let odds = down / (1 - down)
        for k in stride(from: middle, to: nodes, by: 1) {
            chances[k + 1] = chances[k] * Double(nodes - k) / Double(k + 1) * odds
        }
        for k in stride(from: middle, to: 0, by: -1) {
            chances[k - 1] = chances[k] * Double(k) / Double(nodes - k + 1) / odds
        }
        let sum = chances.reduce(0, +)
        return chances.map { $0 / sum }
    }

    /// What each number of spares comes to, from none to one node less than all.
    var rows: [(spares: Int, allUp: Double, delivered: Double)] {
        let chances = chances
        var (rows, allUp) = ([(spares: Int, allUp: Double, delivered: Double)](), 0.0)
        for spares in 0..<nodes {
            allUp += chances[spares]
            var missing = 0.0
            for k in spares..<chances.count { missing += chances[k] * Double(k - spares) }
            rows.append((spares, min(1, allUp), 1 - missing / Double(nodes - spares)))
        }
        return rows
    }

    /// The fewest spares with which all that is promised is up for this share of the time; nil where none do.
    func sparesForAllUp(_ share: Double) -> Int? { rows.first { $0.allUp >= share }?.spares }

    /// The fewest with which this share of what is promised is delivered on average.
    func sparesForDelivery(_ share: Double) -> Int? { rows.first { $0.delivered >= share }?.spares }
}
