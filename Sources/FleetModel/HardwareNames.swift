// Hardware by name: domains and nodes as people write them.

/// A name that no domain and no node has.
public struct UnknownHardwareError: Error, Equatable, Sendable, CustomStringConvertible {
    public let name: String
    /// The name that was most likely meant, if one is near.
    public let nearest: String?

    public var description: String {
        "there is no domain or node \(name)" + (nearest.map { "; did you mean \($0)?" } ?? "")
    }
}

extension Fleet {
    /// The nodes of all of some domains and nodes, ascending ranges that neither touch nor overlap. O(n log n).
    public func nodes(named names: [String]) throws(UnknownHardwareError) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for name in names {
            guard let nodes = nodes(named: name) else {
                throw UnknownHardwareError(name: name, nearest: nearestHardware(to: name))
            }
            found.append(nodes)
        }
        var result: [Range<Int>] = []
        for range in found.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, last.upperBound >= range.lowerBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// The nodes of a domain by its path, or one node by its name or its path: `memphis-1/h1/b003`,
    /// `memphis-2-h1-r001-t01`, `memphis-2/h1/r001/t01`. Nil when there is none. O(length).
    public func nodes(named name: String) -> Range<Int>? {
        if let domain = domain(path: name) { return domains[domain.offset].nodes }
        let dashed = String(name.map { $0 == "/" ? "-" : $0 })
        guard let node = node(named: name.contains("/") ? dashed : name) else { return nil }
        // A path must have its slashes where the rack's has.
        let rack = racks[rackOfNode[node.offset].offset]
        let isRight = !name.contains("/") || name.hasPrefix(domains[rack.domain.offset].path + "/")
        return isRight ? node.offset..<node.offset + 1 : nil
    }

    /// The domain or node whose name is most like a wrong one, or nil when none is near. O(domains × length²).
    func nearestHardware(to name: String) -> String? {
        let paths = domains.lazy.map(\.path)
        if let path = Spelling.nearest(to: name, among: paths) { return path }
        guard let last = name.lastIndex(where: { $0 == "-" || $0 == "/" }) else { return nil }
        let isPath = name[last] == "/"
        let prefixes = racks.lazy.map { rack in
            let path = self.domains[rack.domain.offset].path
            return isPath ? path : String(path.map { $0 == "/" ? "-" : $0 })
        }
        guard let prefix = Spelling.nearest(to: String(name[..<last]), among: prefixes) else { return nil }
        let rack = racks[prefixes.firstIndex(of: prefix)!]
        let nodes = rack.nodes.lazy.map { node in
            let path = self.nodeName(NodeIndex(node))
            return prefix + String(isPath ? "/" : "-") + path[path.index(after: path.lastIndex(of: "-")!)...]
        }
        return Spelling.nearest(to: name, among: nodes) ?? nodes.first
    }
}
