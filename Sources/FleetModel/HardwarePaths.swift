// Sets of nodes as people read them: paths with number ranges, whole blocks and racks as such.

/// Compact paths of sets of nodes, for example `memphis-2/h[1-7]/r[001-200]` and `memphis-2/h8/r128/t[01-14]`.
public struct HardwarePaths {
    private let fleet: Fleet
    private let nodes: [Range<Int>]

    /// `nodes` are ascending ranges that do not touch.
    public init(_ nodes: [Range<Int>], in fleet: Fleet) {
        self.fleet = fleet
        self.nodes = nodes
    }

    /// The paths, in topology order. O(domains touched × log ranges).
    public var paths: [String] {
        guard !nodes.isEmpty else { return [] }
        if let path = pathOfOneNode { return [path] }
        var result: [String] = []
        var index = 0
        while index < fleet.domains.count {
            let site = fleet.domains[index]
            let next = fleet.subtreeEnds[index]
            if overlap(site.nodes) > 0 {
                result.append(contentsOf: suffixes(below: index, until: next).map { site.path + $0 })
            }
            index = next
        }
        return result
    }

    /// The path when one node of a larger rack is all there is: what most leases hold.
    private var pathOfOneNode: String? {
        guard nodes.count == 1, nodes[0].count == 1 else { return nil }
        let node = NodeIndex(nodes[0].lowerBound)
        return fleet.racks[fleet.rackOfNode[node.offset].offset].nodes.count > 1 ? fleet.nodePath(node) : nil
    }

    /// What of a domain is covered, as path suffixes: "" alone when it is a block or rack and covered whole.
    private func suffixes(of index: Int, until end: Int) -> [String] {
        let domain = fleet.domains[index]
        let isUnit = domain.level == .block || domain.level == .rack
        if isUnit && overlap(domain.nodes) == domain.nodes.count { return [""] }
        return domain.level == .rack ? nodeSuffixes(of: domain) : suffixes(below: index, until: end)
    }

    private func suffixes(below index: Int, until end: Int) -> [String] {
        var children: [(name: String, suffixes: [String])] = []
        let prefix = fleet.domains[index].path.utf8.count + 1
        var child = index + 1
        while child < end {
            let next = fleet.subtreeEnds[child]
            if overlap(fleet.domains[child].nodes) > 0 {
                let name = String(fleet.domains[child].path.utf8.dropFirst(prefix))!
                children.append((name, suffixes(of: child, until: next)))
            }
            child = next
        }
        return folded(children)
    }

    private func nodeSuffixes(of domain: TopologyDomain) -> [String] {
        let rack = fleet.racks[domain.racks.lowerBound]
        var children: [(name: String, suffixes: [String])] = []
        for range in overlaps(domain.nodes) {
            for node in range { children.append((rack.ownName(of: NodeIndex(node)), [""])) }
        }
        return folded(children)
    }

    /// Joins neighbours whose names count up and below which the same is covered.
    private func folded(_ children: [(name: String, suffixes: [String])]) -> [String] {
        var result: [String] = []
        var index = 0
        while index < children.count {
            let first = NumberedName(children[index].name)
            var last = first
            var next = index + 1
            while next < children.count, children[next].suffixes == children[index].suffixes,
                let follower = NumberedName(children[next].name), follower.follows(last)
            {
                last = follower
                next += 1
            }
            let name: String
            if let first, let last, first.number != last.number {
                name = "\(first.prefix)[\(first.digits)-\(last.digits)]"
            } else {
                name = children[index].name
            }
            result.append(contentsOf: children[index].suffixes.map { "/" + name + $0 })
            index = next
        }
        return result
    }

    private func overlap(_ range: Range<Int>) -> Int { overlaps(range).reduce(0) { $0 + $1.count } }

    private func overlaps(_ range: Range<Int>) -> [Range<Int>] {
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
        }
        var result: [Range<Int>] = []
        while low < nodes.count, nodes[low].lowerBound < range.upperBound {
            result.append(nodes[low].clamped(to: range))
            low += 1
        }
        return result
    }
}

/// A name that ends in digits.
private struct NumberedName {
    let prefix: Substring
    let digits: Substring
    let number: Int

    init?(_ name: String) {
        let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
        guard digits > 0, digits <= 9 else { return nil }
        self.digits = name.suffix(digits)
        prefix = name.dropLast(digits)
        number = Int(self.digits)!
    }

    func follows(_ other: NumberedName?) -> Bool {
        guard let other else { return false }
        let hasSameWidth = digits.count == other.digits.count || (digits.first != "0" && other.digits.first != "0")
        return prefix == other.prefix && hasSameWidth && number == other.number + 1
    }
}
