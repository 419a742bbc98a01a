// Letting another tenant use a lease, or a share of one.

/// A lease, or a share of one, that is to be let to another tenant.
public struct SubleaseRequest: Codable, Sendable, Equatable {
    /// The lease.
    public var lease: String
    /// The tenant that it is offered to.
    public var to: String
    /// The share on these nodes: paths, names or host lists. Without it and without `lines`: all of the lease.
    public var nodes: [String]?
    /// The share of so many units of lines.
    public var lines: [UnitCountRequest]?
    /// When it ends; absent: with the lease.
    public var end: Timestamp?
    /// What the tenant owes the holder for each GPU-hour delivered; absent: nothing.
    public var pricePerGpuHour: Money?
    /// After which notice the holder may end it before its end; absent: it may not.
    public var noticePeriod: WireDuration?
    /// Why; the other side is told. At most 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case lease, to, nodes, lines, end, pricePerGpuHour, noticePeriod, reason
    }

    /// Every field; those left out are absent.
    public init(
        lease: String, to: String, nodes: [String]? = nil, lines: [UnitCountRequest]? = nil, end: Timestamp? = nil,
        pricePerGpuHour: Money? = nil, noticePeriod: WireDuration? = nil, reason: String
    ) {
        self.lease = lease
        self.to = to
        self.nodes = nodes
        self.lines = lines
        self.end = end
        self.pricePerGpuHour = pricePerGpuHour
        self.noticePeriod = noticePeriod
        self.reason = reason
    }
}

extension SubleaseRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(to, field: "to")
        try checkSelection(nodes, lines)
        if let price = pricePerGpuHour {
            guard price.currency == "USD" else {
                throw WireValueError(field: "pricePerGpuHour", expected: "an amount in USD", foundText: price.currency)
            }
            guard price.micros >= 0 else {
                throw WireValueError(field: "pricePerGpuHour", expected: "nothing or more", found: "\(price.micros)")
            }
        }
        try checkText(reason, field: "reason")
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
    }
}

/// One side's answer to what is offered to be let.
public struct SubleaseReplyRequest: Codable, Sendable, Equatable {
    /// True to agree, false to decline.
    public var accept: Bool
    /// The tenant's own name for it.
    public var label: String?
    /// Why, for the audit log; at most 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case accept, label, reason
    }

    /// Every field; those left out are absent.
    public init(accept: Bool, label: String? = nil, reason: String) {
        self.accept = accept
        self.label = label
        self.reason = reason
    }
}

extension SubleaseReplyRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try checkText(label, field: "label")
        try checkText(reason, field: "reason")
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
    }
}
