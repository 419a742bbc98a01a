// A batch of readings of what is drawn.

/// A part of a node that is read as one.
public enum ReadingPart: String, WireEnumeration {
    /// All GPUs of the node, nothing around them.
    case gpus
}

/// One figure of one meter, node or GPU. Exactly one of `node`, `rack` and `budget` says of what.
public struct TelemetryReading: Codable, Sendable, Equatable {
    /// A node's name. Alone: the whole node. With `gpu`: one of its GPUs.
    public var node: String?
    /// The GPU's module id, from 1, as allocations name it.
    public var gpu: Int?
    /// With a node and without `gpu`: the watts are those of this part alone.
    public var part: ReadingPart?
    /// A rack's path, such as `memphis-1/h1/b012/r3`: all of the rack.
    public var rack: String?
    /// A budget domain's name, read by a meter of its own, in watts where the domain is measured.
    public var budget: String?
    /// Watts of real power.
    public var watts: Int?
    /// A GPU's energy counter in millijoules, in place of `watts`: two of them make a reading.
    public var energyMillijoules: Int?
    /// A GPU's last error number, in place of `watts`; 0: none. A number that stays is said again and is one error.
    public var xid: Int?
    /// When it was measured; absent: now.
    public var at: Timestamp?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case node, gpu, part, rack, budget, watts, energyMillijoules, xid, at
    }

    /// Every field; those left out are absent.
    public init(
        node: String? = nil, gpu: Int? = nil, part: ReadingPart? = nil, rack: String? = nil, budget: String? = nil,
        watts: Int? = nil, energyMillijoules: Int? = nil, xid: Int? = nil, at: Timestamp? = nil
    ) {
        self.node = node
        self.gpu = gpu
        self.part = part
        self.rack = rack
        self.budget = budget
        self.watts = watts
        self.energyMillijoules = energyMillijoules
        self.xid = xid
        self.at = at
    }
}

extension TelemetryReading: CheckedOnDecoding {
    func check() throws(WireValueError) {
        let subjects = [node, rack, budget].compactMap(\.self)
        guard subjects.count == 1 else {
            throw WireValueError(expected: "one of node, rack and budget", found: "\(subjects.count) of them")
        }
        if let gpu {
            guard node != nil else { throw WireValueError(field: "gpu", expected: "a node with it", found: "none") }
            guard (1...8).contains(gpu) else {
                throw WireValueError(field: "gpu", expected: "a module id from 1 to 8", found: "\(gpu)")
            }
        }
        if part != nil, node == nil || gpu != nil {
            throw WireValueError(field: "part", expected: "a node with it and no gpu", found: "otherwise")
        }
        if let xid {
            guard watts == nil, energyMillijoules == nil else {
                throw WireValueError(
                    field: "xid", expected: "one of watts, energyMillijoules and xid", found: "several")
            }
            guard gpu != nil else {
                throw WireValueError(field: "xid", expected: "a node and a gpu with it", found: "none")
            }
            guard (0...999).contains(xid) else {
                throw WireValueError(field: "xid", expected: "0 to 999", found: "\(xid)")
            }
            return
        }
        switch (watts, energyMillijoules) {
        case (nil, nil):
            throw WireValueError(field: "watts", expected: "watts, energyMillijoules or xid", found: "none")
        case (.some, .some):
            throw WireValueError(field: "energyMillijoules", expected: "watts or energyMillijoules", found: "both")
        case (let watts?, nil):
            guard (0...WireLimits.readingWattsMax).contains(watts) else {
                throw WireValueError(
                    field: "watts", expected: "0 to \(WireLimits.readingWattsMax) W", found: "\(watts)")
            }
        case (nil, let energy?):
            guard gpu != nil else {
                throw WireValueError(field: "energyMillijoules", expected: "a node and a gpu with it", found: "none")
            }
            guard energy >= 0 else {
                throw WireValueError(field: "energyMillijoules", expected: "0 or more", found: "\(energy)")
            }
        }
    }
}

/// Readings from one source.
///
/// A body that is not sound is refused whole. A reading of something that the fleet does not have, or that does not count
/// for another reason, is left out and said by its place, because an exporter runs on across a change of the fleet.
public struct TelemetryRequest: Codable, Sendable, Equatable {
    /// Who measured, for the log: 1 to 63 bytes.
    public var source: String
    /// 1 to 100,000 readings, taken in order.
    public var readings: [TelemetryReading]

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case source, readings
    }

    /// Every field.
    public init(source: String, readings: [TelemetryReading]) {
        self.source = source
        self.readings = readings
    }
}

extension TelemetryRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard (1...WireLimits.nameBytesMax).contains(source.utf8.count), !WireLimits.hasControlCharacters(source)
        else {
            throw WireValueError(
                field: "source", expected: "1 to \(WireLimits.nameBytesMax) bytes without control characters",
                foundText: source)
        }
        guard (1...WireLimits.readingsMax).contains(readings.count) else {
            throw WireValueError(
                field: "readings", expected: "1 to \(WireLimits.readingsMax) readings", found: "\(readings.count)")
        }
    }
}
