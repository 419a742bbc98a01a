// One line of a request for offers: a line of a lease, with what would do instead.

/// A shape that would do instead of the one a line asks for. What it leaves out is as the line says.
public struct AlternativeShape: Codable, Sendable, Equatable {
    /// The unit counted; not `mig` or `watts`, of which nothing has as many GPUs.
    public var shape: Shape
    /// How many; absent: exactly as many GPUs as the line asks for come to.
    public var count: Int?
    /// For shape `gpu`, and required there: GPUs in each unit.
    public var gpus: Int?
    /// For shape `gpu`: true when a unit may be made up of several NVLink partitions of one node.
    public var composed: Bool?
    /// GPU models accepted; absent, and not said by the line either: those that the line's own units are made of.
    public var gpu: [String]?
    /// All units in one domain of this level.
    public var within: TopologyLevel?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case shape, count, gpus, composed, gpu, within
    }

    /// Every field; those left out are as the line says.
    public init(
        shape: Shape, count: Int? = nil, gpus: Int? = nil, composed: Bool? = nil, gpu: [String]? = nil,
        within: TopologyLevel? = nil
    ) {
        self.shape = shape
        self.count = count
        self.gpus = gpus
        self.composed = composed
        self.gpu = gpu
        self.within = within
    }
}

extension AlternativeShape: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if shape == .mig || shape == .watts {
            throw WireValueError(
                field: "shape", expected: "a shape that has a number of GPUs: block, rack, nvl72, node or gpu",
                foundText: shape.rawValue)
        }
        try ReservationRequest(shape: shape, count: count, gpus: gpus, composed: composed, gpu: gpu, within: within)
            .check()
    }
}

/// One line: a shape, how many, what they must satisfy, and what would do instead.
public struct OfferLine: Codable, Sendable, Equatable {
    /// The line as a lease would have it.
    public var reservation: ReservationRequest
    /// Shapes that would do instead, the better first.
    public var orElse: [AlternativeShape]

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, shape, count, gpus, composed, profile, megawatts, gpu, within, spread, pin, orElse
    }

    /// A line, and what would do instead.
    public init(_ reservation: ReservationRequest, orElse: [AlternativeShape] = []) {
        self.reservation = reservation
        self.orElse = orElse
    }

    /// Reads the fields of a line and `orElse` from one object.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        reservation = ReservationRequest(
            name: try fields.decodeIfPresent(String.self, forKey: .name),
            shape: try fields.decode(Shape.self, forKey: .shape),
            count: try fields.decodeIfPresent(Int.self, forKey: .count),
            gpus: try fields.decodeIfPresent(Int.self, forKey: .gpus),
            composed: try fields.decodeIfPresent(Bool.self, forKey: .composed),
            profile: try fields.decodeIfPresent(String.self, forKey: .profile),
            megawatts: try fields.decodeIfPresent(Megawatts.self, forKey: .megawatts),
            gpu: try fields.decodeIfPresent([String].self, forKey: .gpu),
            within: try fields.decodeIfPresent(TopologyLevel.self, forKey: .within),
            spread: try fields.decodeIfPresent(SpreadRequest.self, forKey: .spread),
            pin: try fields.decodeIfPresent([String].self, forKey: .pin))
        orElse = try fields.decodeIfPresent([AlternativeShape].self, forKey: .orElse) ?? []
    }

    /// Writes the line with `orElse` among its fields.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(reservation.name, forKey: .name)
        try fields.encode(reservation.shape, forKey: .shape)
        try fields.encodeIfPresent(reservation.count, forKey: .count)
        try fields.encodeIfPresent(reservation.gpus, forKey: .gpus)
        try fields.encodeIfPresent(reservation.composed, forKey: .composed)
        try fields.encodeIfPresent(reservation.profile, forKey: .profile)
        try fields.encodeIfPresent(reservation.megawatts, forKey: .megawatts)
        try fields.encodeIfPresent(reservation.gpu, forKey: .gpu)
        try fields.encodeIfPresent(reservation.within, forKey: .within)
        try fields.encodeIfPresent(reservation.spread, forKey: .spread)
        try fields.encodeIfPresent(reservation.pin, forKey: .pin)
        if !orElse.isEmpty { try fields.encode(orElse, forKey: .orElse) }
    }
}

extension OfferLine: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try reservation.check()
        guard orElse.count <= WireLimits.alternativesMax else {
            throw WireValueError(
                field: "orElse", expected: "at most \(WireLimits.alternativesMax) shapes", found: "\(orElse.count)")
        }
        if !orElse.isEmpty, reservation.shape == .mig || reservation.shape == .watts {
            throw WireValueError(
                field: "orElse", expected: "no other shapes for \(reservation.shape.rawValue)", found: "some")
        }
    }
}
