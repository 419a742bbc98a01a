// What an operator does to nodes.

/// A verb on nodes; its name is the end of the path.
public enum NodeVerb: String, WireEnumeration {
    /// No new allocations.
    case cordon
    /// Undo a cordon.
    case uncordon
    /// Cordon, and wait until holders have left.
    case drain
    /// Undo a drain.
    case undrain
    /// The nodes have failed.
    case fault
    /// Failed nodes are being repaired.
    case service
    /// Failed nodes have been repaired; they are validated before they are used again.
    case repair
    /// Cleaning has ended.
    case cleaned
    /// Validation has ended.
    case validated
}

/// Which nodes, and why.
public struct NodeVerbRequest: Codable, Sendable, Equatable {
    /// A host list of nodes or domains, such as `memphis-1-h1-b012-r3-n[1-8]` or `memphis-1/h1/b[003-004]`.
    public var nodes: String
    /// Why, for the audit log; 1 to 1,024 bytes.
    public var reason: String
    /// Until when it is meant to last; absent: until undone.
    public var until: Timestamp?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case nodes, reason, until
    }

    /// Every field; those left out are absent.
    public init(nodes: String, reason: String, until: Timestamp? = nil) {
        self.nodes = nodes
        self.reason = reason
        self.until = until
    }
}

extension NodeVerbRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
        try checkText(reason, field: "reason")
        do {
            _ = try HostList.count(nodes)
        } catch {
            throw WireValueError(field: "nodes", expected: "a host list like n[1-8]", found: "\(error)")
        }
    }
}
