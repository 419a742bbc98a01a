// One line of a lease request.

/// One line: a shape, how many, and what they must satisfy.
public struct ReservationRequest: Codable, Sendable, Equatable {
    /// The line's name within its lease; absent: `line-1`, `line-2` and so on.
    public var name: String?
    /// The unit counted.
    public var shape: Shape
    /// How many units, 1 to 10,000,000; absent: 1. Not for shape `watts`. With a ramp, how many before its first step, 0 to
    /// 10,000,000; absent: none.
    public var count: Int?
    /// For shape `gpu`, and required there: GPUs in each unit, 1, 2, 4 or 8; 3, 5, 6 and 7 when composed.
    public var gpus: Int?
    /// For shape `gpu`: true when a unit may be made up of several NVLink partitions of one node.
    public var composed: Bool?
    /// For shape `mig`, and required there: the profile's name, such as `1g.10gb`.
    public var profile: String?
    /// For shape `watts`, and required there: the power measured at the meter.
    public var megawatts: Megawatts?
    /// GPU models accepted, such as `H100` or `GB200`; absent: any.
    public var gpu: [String]?
    /// All units of the line in one domain of this level; never `node`.
    public var within: TopologyLevel?
    /// How widely the units are spread; absent: as the packing sees fit. Not for shape `watts`.
    public var spread: SpreadRequest?
    /// Only this hardware: paths of domains, names of nodes, and host lists of either; absent: any.
    public var pin: [String]?
    /// Units from later times on, 1 to 128 steps; absent: the count throughout. Not for shape `watts`.
    public var ramp: [RampStep]?
    /// Exactly this hardware, all of it and nothing else: whole nodes as for `pin`; for shape `gpu` `NODES:1,2` by module; for shape
    /// `mig` `NODES:3:1g.10gb@0,1` by profile and first memory slices. Then the count may be left out. Absent: it is placed.
    public var hold: [String]?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case name, shape, count, gpus, composed, profile, megawatts, gpu, within, spread, pin, ramp, hold
    }

    /// Every field; those left out are absent.
    public init(
        name: String? = nil, shape: Shape, count: Int? = nil, gpus: Int? = nil, composed: Bool? = nil,
        profile: String? = nil, megawatts: Megawatts? = nil, gpu: [String]? = nil, within: TopologyLevel? = nil,
        spread: SpreadRequest? = nil, pin: [String]? = nil, ramp: [RampStep]? = nil, hold: [String]? = nil
    ) {
        self.name = name
        self.shape = shape
        self.count = count
        self.gpus = gpus
        self.composed = composed
        self.profile = profile
        self.megawatts = megawatts
        self.gpu = gpu
        self.within = within
        self.spread = spread
        self.pin = pin
        self.ramp = ramp
        self.hold = hold
    }
}

extension ReservationRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(name, field: "name")
        try checkCount()
        try checkCompanions()
        if within == .node {
            throw WireValueError(field: "within", expected: "a level above node", foundText: "node")
        }
        if let gpu { try checkShortList(gpu, field: "gpu", of: "GPU models") }
        try checkSpread()
        if let pin { try checkPins(pin) }
        if let hold, !(1...WireLimits.holdsMax).contains(hold.count) {
            throw WireValueError(
                field: "hold", expected: "1 to \(WireLimits.holdsMax) host lists", found: "\(hold.count)")
        }
        if shape == .watts, ramp != nil {
            throw WireValueError(
                field: "ramp", expected: "no ramp beside megawatts; give whole nodes instead", found: "one")
        }
        try checkRamp(ramp)
    }

    private func checkCount() throws(WireValueError) {
        guard let count else { return }
        if shape == .watts {
            throw WireValueError(
                field: "count", expected: "no count beside megawatts: the power decides how many", found: "\(count)")
        }
        let least = ramp == nil ? 1 : 0
        guard (least...WireLimits.unitsPerLineMax).contains(count) else {
            throw WireValueError(
                field: "count", expected: "\(least) to \(WireLimits.unitsPerLineMax)", found: "\(count)")
        }
    }

    /// Each of `gpus`, `profile` and `megawatts` belongs to exactly one shape; `composed` is for `gpu`, too.
    private func checkCompanions() throws(WireValueError) {
        try checkCompanion("gpus", found: gpus.map(String.init), of: .gpu)
        try checkCompanion("profile", found: profile, of: .mig)
        try checkCompanion("megawatts", found: megawatts?.description, of: .watts)
        if shape != .gpu, let composed {
            throw WireValueError(
                field: "composed", expected: "no such field for shape \(shape.rawValue), only for gpu",
                found: "\(composed)")
        }
        if let profile,
            !(1...WireLimits.nameBytesMax).contains(profile.utf8.count)
                || WireLimits.hasControlCharacters(profile)
        {
            throw WireValueError(
                field: "profile", expected: "1 to \(WireLimits.nameBytesMax) bytes of text", found: "another text")
        }
        if let gpus, ![1, 2, 4, 8].contains(gpus) { try checkComposed(gpus) }
    }

    private func checkComposed(_ gpus: Int) throws(WireValueError) {
        guard [3, 5, 6, 7].contains(gpus) else {
            throw WireValueError(
                field: "gpus", expected: "1, 2, 4 or 8, or with composed 3, 5, 6 or 7", found: "\(gpus)")
        }
        guard composed == true else {
            throw WireValueError(
                field: "gpus",
                expected:
                    "1, 2, 4 or 8, or \"composed\": true beside it for a unit made up of several NVLink partitions",
                found: "\(gpus)")
        }
    }

    /// Which level goes with which shape; whether it is above the unit is checked with the order.
    private func checkSpread() throws(WireValueError) {
        guard let spread else { return }
        if shape == .watts {
            throw WireValueError(
                field: "spread", expected: "no spread beside megawatts, which has no units", found: "one")
        }
        if spread.level == .node, shape != .gpu, shape != .mig {
            throw WireValueError(
                field: "spread", expected: "a level above node for shape \(shape.rawValue)", foundText: "node")
        }
    }

    private func checkPins(_ pins: [String]) throws(WireValueError) {
        guard (1...WireLimits.pinsMax).contains(pins.count) else {
            throw WireValueError(field: "pin", expected: "1 to \(WireLimits.pinsMax) pins", found: "\(pins.count)")
        }
        guard
            pins.allSatisfy({
                (1...WireLimits.pinBytesMax).contains($0.utf8.count) && !WireLimits.hasControlCharacters($0)
            })
        else {
            throw WireValueError(
                field: "pin", expected: "pins of 1 to \(WireLimits.pinBytesMax) bytes each", found: "another length")
        }
    }

    private func checkCompanion(_ field: String, found: String?, of owner: Shape) throws(WireValueError) {
        if shape == owner, found == nil {
            throw WireValueError(
                field: field, expected: "a value, which shape \(owner.rawValue) needs", found: "nothing")
        }
        if shape != owner, let found {
            throw WireValueError(
                field: field, expected: "no such field for shape \(shape.rawValue), only for \(owner.rawValue)",
                found: found)
        }
    }
}

/// Refuses a list that is empty, too long, or holds an empty text.
func checkShortList(_ list: [String], field: String, of what: String) throws(WireValueError) {
    guard (1...WireLimits.shortListMax).contains(list.count) else {
        throw WireValueError(
            field: field, expected: "1 to \(WireLimits.shortListMax) \(what)", found: "\(list.count)")
    }
    guard
        list.allSatisfy({
            (1...WireLimits.nameBytesMax).contains($0.utf8.count) && !WireLimits.hasControlCharacters($0)
        })
    else {
        throw WireValueError(
            field: field, expected: "\(what) of 1 to \(WireLimits.nameBytesMax) bytes each", found: "another length")
    }
}

/// Refuses a text longer than free text may be.
func checkText(_ text: String?, field: String) throws(WireValueError) {
    guard let text else { return }
    if WireLimits.hasControlCharacters(text) {
        throw WireValueError(field: field, expected: "text without control characters", found: "one in it")
    }
    guard text.utf8.count > WireLimits.textBytesMax else { return }
    throw WireValueError(
        field: field, expected: "at most \(WireLimits.textBytesMax) bytes of text",
        found: "\(text.utf8.count) bytes")
}
