// Splitting a lease, and handing one over to another tenant.

/// So many units of one line: the last ones in order of nodes.
public struct UnitCountRequest: Codable, Sendable, Equatable {
    /// The line's name.
    public var name: String
    /// How many units of it.
    public var count: Int

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case name, count
    }

    /// Every field; those left out are absent.
    public init(name: String, count: Int) {
        self.name = name
        self.count = count
    }
}

extension UnitCountRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard count >= 1 else { throw WireValueError(field: "count", expected: "1 or more", found: "\(count)") }
    }
}

/// What of a lease becomes a lease of its own.
public struct LeaseSplitRequest: Codable, Sendable, Equatable {
    /// Everything that the lease holds on these nodes: paths, names or host lists.
    public var nodes: [String]?
    /// Units of lines.
    public var lines: [UnitCountRequest]?
    /// Why, for the audit log; at most 1,024 bytes.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case nodes, lines, reason
    }

    /// Every field; those left out are absent.
    public init(nodes: [String]? = nil, lines: [UnitCountRequest]? = nil, reason: String? = nil) {
        self.nodes = nodes
        self.lines = lines
        self.reason = reason
    }
}

extension LeaseSplitRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard nodes != nil || lines != nil else {
            throw WireValueError(field: "nodes", expected: "nodes, or units of lines", found: "neither")
        }
        try checkSelection(nodes, lines)
        try checkText(reason, field: "reason")
    }
}

/// A lease, or a share of one, that is to be offered to another tenant.
public struct TransferRequest: Codable, Sendable, Equatable {
    /// The lease.
    public var lease: String
    /// The tenant that it is offered to.
    public var to: String
    /// The share on these nodes: paths, names or host lists. Without it and without `lines`: all of the lease.
    public var nodes: [String]?
    /// The share of so many units of lines.
    public var lines: [UnitCountRequest]?
    /// Why; the other side is told. At most 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case lease, to, nodes, lines, reason
    }

    /// Every field; those left out are absent.
    public init(
        lease: String, to: String, nodes: [String]? = nil, lines: [UnitCountRequest]? = nil, reason: String
    ) {
        self.lease = lease
        self.to = to
        self.nodes = nodes
        self.lines = lines
        self.reason = reason
    }
}

extension TransferRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(to, field: "to")
        try checkSelection(nodes, lines)
        try checkText(reason, field: "reason")
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
    }
}

/// One side's answer to a transfer.
public struct TransferReplyRequest: Codable, Sendable, Equatable {
    /// True to agree, false to decline.
    public var accept: Bool
    /// The receiver's contract; absent: the one that the lease is under.
    public var contract: String?
    /// The receiver's own name for the lease.
    public var label: String?
    /// Why, for the audit log; at most 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case accept, contract, label, reason
    }

    /// Every field; those left out are absent.
    public init(accept: Bool, contract: String? = nil, label: String? = nil, reason: String) {
        self.accept = accept
        self.contract = contract
        self.label = label
        self.reason = reason
    }
}

extension TransferReplyRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(contract, field: "contract")
        try checkText(label, field: "label")
        try checkText(reason, field: "reason")
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
    }
}

func checkSelection(_ nodes: [String]?, _ lines: [UnitCountRequest]?) throws(WireValueError) {
    if let nodes { try checkShortList(nodes, field: "nodes", of: "host lists") }
    if let lines, !(1...64).contains(lines.count) {
        throw WireValueError(field: "lines", expected: "1 to 64 lines", found: "\(lines.count)")
    }
}
