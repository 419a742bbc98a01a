// A request for a lease.

/// What a tenant asks to hold, for one window, under one contract. All lines are granted, or none.
///
/// Exactly one of ``end``, ``duration`` and ``recurrence`` is given, and at most one of the three caps.
public struct LeaseRequest: Codable, Sendable, Equatable {
    /// The tenant's name.
    public var tenant: String
    /// The contract's name; absent: no standing terms.
    public var contract: String?
    /// The requester's own name for the lease, by which a scenario finds it again.
    public var label: String?
    /// The lines, 1 to 64.
    public var reservations: [ReservationRequest]
    /// Sites accepted; absent: any.
    public var sites: [String]?
    /// When it begins; absent: now. Never in the past.
    public var start: Timestamp?
    /// When it ends, exclusive.
    public var end: Timestamp?
    /// How long it lasts from its start.
    public var duration: WireDuration?
    /// Power cap of each GPU in watts, 1 to 10,000.
    public var capWattsPerGpu: Int?
    /// Power cap as a whole percentage of each model's maximum, 1 to 100.
    public var capPercent: Int?
    /// True: grant at the highest whole `capPercent` at which every line fits; for a line of shape `watts`, at which
    /// its power carries every accepted node of the sites.
    public var highestCap: Bool?
    /// How firmly it is held; absent: `standard`.
    public var leaseClass: LeaseClass?
    /// False: opportunistic leases do not give way to it. Absent: they do, where it fits in no other way.
    public var preempt: Bool?
    /// Units held for replacement; absent: what the contract says, else none.
    public var spares: SpareRequest?
    /// Why, for the audit log; at most 1,024 bytes.
    public var reason: String?
    /// Take exactly what this plan proposed, or refuse.
    public var planToken: String?
    /// A lease for each window of a rule, all or none; then ``label`` names the series, and there is no window and no plan
    /// token besides.
    public var recurrence: RecurrenceRequest?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case tenant, contract, label, reservations, sites, start, end, duration, capWattsPerGpu, capPercent,
            highestCap
        case leaseClass = "class"
        case preempt, spares, reason, planToken, recurrence
    }

    /// Every field; those left out are absent.
    public init(
        tenant: String, contract: String? = nil, label: String? = nil, reservations: [ReservationRequest],
        sites: [String]? = nil, start: Timestamp? = nil, end: Timestamp? = nil, duration: WireDuration? = nil,
        capWattsPerGpu: Int? = nil, capPercent: Int? = nil, highestCap: Bool? = nil, leaseClass: LeaseClass? = nil,
        preempt: Bool? = nil, spares: SpareRequest? = nil, reason: String? = nil, planToken: String? = nil,
        recurrence: RecurrenceRequest? = nil
    ) {
        self.tenant = tenant
        self.contract = contract
        self.label = label
        self.reservations = reservations
        self.sites = sites
        self.start = start
        self.end = end
        self.duration = duration
        self.capWattsPerGpu = capWattsPerGpu
        self.capPercent = capPercent
        self.highestCap = highestCap
        self.leaseClass = leaseClass
        self.preempt = preempt
        self.spares = spares
        self.reason = reason
        self.planToken = planToken
        self.recurrence = recurrence
    }
}

extension LeaseRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(tenant, field: "tenant")
        try ResourceName.check(contract, field: "contract")
        try ResourceName.check(label, field: "label")
        guard (1...WireLimits.reservationsMax).contains(reservations.count) else {
            throw WireValueError(
                field: "reservations", expected: "1 to \(WireLimits.reservationsMax) lines",
                found: "\(reservations.count)")
        }
        if let sites { try checkShortList(sites, field: "sites", of: "sites") }
        try checkWindow()
        try checkCap()
        try checkText(reason, field: "reason")
        if let planToken, planToken.utf8.count > WireLimits.planTokenBytesMax {
            throw WireValueError(
                field: "planToken", expected: "at most \(WireLimits.planTokenBytesMax) bytes",
                found: "\(planToken.utf8.count) bytes")
        }
    }

    private func checkWindow() throws(WireValueError) {
        if recurrence != nil { return try checkSeries() }
        switch (end, duration) {
        case (nil, nil):
            throw WireValueError(field: "end", expected: "an end or a duration", found: "neither")
        case (.some, .some):
            throw WireValueError(field: "duration", expected: "an end or a duration, not both", found: "both")
        default: break
        }
        if let start, let end, end <= start {
            throw WireValueError(field: "end", expected: "a time after the start \(start)", found: "\(end)")
        }
        if let duration, duration.seconds == 0 {
            throw WireValueError(field: "duration", expected: "at least 1s", found: "0s")
        }
    }

    private func checkSeries() throws(WireValueError) {
        for (field, isGiven) in [
            ("start", start != nil), ("end", end != nil), ("duration", duration != nil),
            ("planToken", planToken != nil),
            ("highestCap", highestCap == true),
        ] where isGiven {
            throw WireValueError(field: field, expected: "no \(field) beside a recurrence", found: "both")
        }
        if label == nil {
            throw WireValueError(field: "label", expected: "a name for the series", found: "nothing")
        }
    }

    private func checkCap() throws(WireValueError) {
        let given = [
            capWattsPerGpu == nil ? nil : "capWattsPerGpu", capPercent == nil ? nil : "capPercent",
            highestCap == true ? "highestCap" : nil,
        ].compactMap(\.self)
        if given.count > 1 {
            throw WireValueError(
                field: given[1], expected: "only one of capWattsPerGpu, capPercent and highestCap",
                found: given.joined(separator: " and "))
        }
        if let capPercent, !(1...100).contains(capPercent) {
            throw WireValueError(field: "capPercent", expected: "1 to 100", found: "\(capPercent)")
        }
        if let capWattsPerGpu, !(1...10_000).contains(capWattsPerGpu) {
            throw WireValueError(field: "capWattsPerGpu", expected: "1 to 10000", found: "\(capWattsPerGpu)")
        }
    }
}
