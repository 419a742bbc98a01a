// A change to a lease.

/// What one line of a lease is to come to, or a line that is to be added.
///
/// A line that the lease has is named with a count or a ramp alone. A line that it has not is written in full, with its
/// shape, as in a lease request.
public struct LineAmendmentRequest: Codable, Sendable, Equatable {
    /// The line's name within the lease.
    public var name: String
    /// Units from the amendment's time to the end of the lease; 0 to give all of them up.
    public var count: Int?
    /// Units from each time on; what was agreed before the first of them stays.
    public var ramp: [RampStep]?
    /// The unit counted, for a line that is added.
    public var shape: Shape?
    /// As in a lease request, for a line that is added.
    public var gpus: Int?
    /// As in a lease request, for a line that is added.
    public var composed: Bool?
    /// As in a lease request, for a line that is added.
    public var profile: String?
    /// As in a lease request, for a line that is added.
    public var gpu: [String]?
    /// As in a lease request, for a line that is added.
    public var within: TopologyLevel?
    /// As in a lease request, for a line that is added.
    public var spread: SpreadRequest?
    /// As in a lease request, for a line that is added.
    public var pin: [String]?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case name, count, ramp, shape, gpus, composed, profile, gpu, within, spread, pin
    }

    /// A line that the lease has, with what it is to come to.
    public init(name: String, count: Int? = nil, ramp: [RampStep]? = nil) {
        self.name = name
        self.count = count
        self.ramp = ramp
    }

    /// A line that is added. One without a name, or in megawatts, is refused.
    public init(adding line: ReservationRequest) {
        self.init(name: line.name ?? "", count: line.count, ramp: line.ramp)
        shape = line.shape
        gpus = line.gpus
        composed = line.composed
        profile = line.profile
        gpu = line.gpu
        within = line.within
        spread = line.spread
        pin = line.pin
    }

    /// The line that is added; nil for one that the lease has.
    public var added: ReservationRequest? {
        shape.map { shape in
            ReservationRequest(
                name: name, shape: shape, count: count, gpus: gpus, composed: composed, profile: profile, gpu: gpu,
                within: within, spread: spread, pin: pin, ramp: ramp)
        }
    }
}

extension LineAmendmentRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(name, field: "name")
        if shape == .watts {
            throw WireValueError(
                field: "shape", expected: "a shape with a count: a lease in megawatts cannot be added to",
                foundText: "watts")
        }
        if let added { return try added.check() }
        let others: [(String, Bool)] = [
            ("gpus", gpus != nil), ("composed", composed != nil), ("profile", profile != nil), ("gpu", gpu != nil),
            ("within", within != nil), ("spread", spread != nil), ("pin", pin != nil),
        ]
        if let (field, _) = others.first(where: \.1) {
            throw WireValueError(
                field: field, expected: "no such field without a shape: what a line is made of does not change",
                found: "one")
        }
        guard (count == nil) != (ramp == nil) else {
            throw WireValueError(
                field: "count", expected: "a count or a ramp", found: count == nil ? "neither" : "both")
        }
        if let count, !(0...WireLimits.unitsPerLineMax).contains(count) {
            throw WireValueError(field: "count", expected: "0 to \(WireLimits.unitsPerLineMax)", found: "\(count)")
        }
        try checkRamp(ramp)
    }
}

/// Changes to a lease that apply together, or not at all.
public struct AmendmentRequest: Codable, Sendable, Equatable {
    /// When the lease is to end, exclusive; earlier or later than now agreed.
    public var end: Timestamp?
    /// How much later it is to end.
    public var extendBy: WireDuration?
    /// Power cap of each GPU in watts, 1 to 10,000, in place of all that were agreed from then on.
    public var capWattsPerGpu: Int?
    /// Power cap as a whole percentage of each model's maximum, 1 to 100, in place of all that were agreed from then on.
    public var capPercent: Int?
    /// What lines are to come to.
    public var reservations: [LineAmendmentRequest]?
    /// From when the cap and the counts hold; absent: now, or the start of a lease that has not begun.
    public var from: Timestamp?
    /// True to come under the newest version of its contract, which only its tenant may ask for. Whatever else a tenant
    /// amends brings that, too.
    public var adoptTerms: Bool?
    /// Why, for the audit log; at most 1,024 bytes.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case end, extendBy, capWattsPerGpu, capPercent, reservations, from, adoptTerms, reason
    }

    /// Every field; those left out are absent.
    public init(
        end: Timestamp? = nil, extendBy: WireDuration? = nil, capWattsPerGpu: Int? = nil, capPercent: Int? = nil,
        reservations: [LineAmendmentRequest]? = nil, from: Timestamp? = nil, adoptTerms: Bool? = nil,
        reason: String? = nil
    ) {
        self.end = end
        self.extendBy = extendBy
        self.capWattsPerGpu = capWattsPerGpu
        self.capPercent = capPercent
        self.reservations = reservations
        self.from = from
        self.adoptTerms = adoptTerms
        self.reason = reason
    }
}

extension AmendmentRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if end != nil, extendBy != nil {
            throw WireValueError(field: "extendBy", expected: "an end or a length, not both", found: "both")
        }
        if let extendBy, extendBy.seconds == 0 {
            throw WireValueError(field: "extendBy", expected: "at least 1s", found: "0s")
        }
        if capWattsPerGpu != nil, capPercent != nil {
            throw WireValueError(
                field: "capPercent", expected: "only one of capWattsPerGpu and capPercent", found: "both")
        }
        if let capPercent, !(1...100).contains(capPercent) {
            throw WireValueError(field: "capPercent", expected: "1 to 100", found: "\(capPercent)")
        }
        if let capWattsPerGpu, !(1...10_000).contains(capWattsPerGpu) {
            throw WireValueError(field: "capWattsPerGpu", expected: "1 to 10000", found: "\(capWattsPerGpu)")
        }
        if let reservations, !(1...WireLimits.reservationsMax).contains(reservations.count) {
            throw WireValueError(
                field: "reservations", expected: "1 to \(WireLimits.reservationsMax) lines",
                found: "\(reservations.count)")
        }
        try checkText(reason, field: "reason")
        let hasCap = capWattsPerGpu != nil || capPercent != nil
        guard end != nil || extendBy != nil || hasCap || reservations != nil || adoptTerms == true else {
            throw WireValueError(
                field: "end", expected: "a change: end, extendBy, a cap, reservations or adoptTerms", found: "none")
        }
        if from != nil, !hasCap, reservations?.contains(where: { $0.ramp == nil || $0.shape != nil }) != true {
            throw WireValueError(
                field: "from", expected: "a cap or a count that it goes with", found: "neither")
        }
    }
}
