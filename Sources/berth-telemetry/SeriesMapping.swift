// From a sample with labels to a reading of something that the fleet has.

import ControlAPI

/// What the numbers of a metric are.
enum SeriesUnit: String, CaseIterable, Sendable {
    case watts, kilowatts, milliwatts
    /// A counter of energy.
    case millijoules
    /// The last error number of a GPU.
    case xid
}

/// Which GPU a UUID is.
struct GPUPlace: Equatable, Sendable {
    let node: String
    let module: Int
}

/// One metric and what its samples are of.
struct SeriesMapping: Equatable, Sendable {
    enum Subject: Equatable, Sendable {
        /// `gpu` nil: the whole node.
        case node(LabelTemplate, gpu: LabelTemplate?)
        /// All GPUs of a node together.
        case gpus(LabelTemplate)
        case rack(LabelTemplate)
        case budget(LabelTemplate)
    }

    var metric: String
    /// For the query API: an expression to ask for in place of the metric's last samples.
    var query: String?
    var subject: Subject
    var unit = SeriesUnit.watts

    /// What DCGM's exporter says of each GPU, in watts.
    static let dcgm = SeriesMapping(
        metric: "DCGM_FI_DEV_POWER_USAGE",
        subject: .node(LabelTemplate("{Hostname}")!, gpu: LabelTemplate("{gpu}")!))
}

/// Turns samples into readings.
struct ReadingMaker: Sendable {
    /// GPUs by UUID, where they are known.
    var inventory: [String: GPUPlace] = [:]
    /// The index that exporters give the first GPU of a node. It becomes module 1, and so on: module ids need not follow
    /// the exporter's order, so a GPU of the inventory goes by its UUID.
    var gpuFirst = 0

    /// The reading that a sample is; nil when its labels do not say of what, or its value is no number.
    ///
    /// - Parameter now: seconds since 1970 for samples without a time of their own.
    func reading(of sample: PrometheusSample, _ mapping: SeriesMapping, now: Int64) -> TelemetryReading? {
        guard let value = Self.amount(sample.value, mapping.unit) else { return nil }
        let seconds = sample.millisecondsSince1970.map { $0 / 1_000 } ?? now
        guard Timestamp.epochSecondsRange.contains(seconds) else { return nil }
        var reading = TelemetryReading(at: Timestamp(epochSeconds: seconds))
        switch mapping.unit {
        case .millijoules: reading.energyMillijoules = value
        case .xid: reading.xid = value
        case .watts, .kilowatts, .milliwatts: reading.watts = value
        }
        switch mapping.subject {
        case .node(let node, gpu: nil): reading.node = node.filled(with: sample.labels)
        case .node(let node, gpu: let gpu?):
            if let place = sample.labels["UUID"].flatMap({ inventory[$0] }) {
                (reading.node, reading.gpu) = (place.node, place.module)
            } else {
                guard let index = gpu.filled(with: sample.labels).flatMap({ Int($0) }) else { return nil }
                guard (gpuFirst..<gpuFirst + 8).contains(index) else { return nil }
                (reading.node, reading.gpu) = (node.filled(with: sample.labels), index - gpuFirst + 1)
            }
        case .gpus(let node): (reading.node, reading.part) = (node.filled(with: sample.labels), .gpus)
        case .rack(let rack): reading.rack = rack.filled(with: sample.labels)
        case .budget(let budget): reading.budget = budget.filled(with: sample.labels)
        }
        return reading.node == nil && reading.rack == nil && reading.budget == nil ? nil : reading
    }

    /// Whole watts or millijoules, rounded to the nearest; nil for what no meter says.
    private static func amount(_ value: Double, _ unit: SeriesUnit) -> Int? {
        let scaled =
            switch unit {
            case .watts, .millijoules, .xid: value
            case .kilowatts: value * 1_000
            case .milliwatts: value / 1_000
            }
        guard scaled.isFinite, scaled >= 0 else { return nil }
        let rounded = scaled.rounded()
        let most = unit == .millijoules ? 9e18 : unit == .xid ? 999 : Double(WireLimits.readingWattsMax)
        return rounded <= most ? Int(rounded) : nil
    }

    /// One reading of each thing: of several at the same time the highest, since an exporter repeats a GPU's figure for
    /// each of its MIG instances; else the latest. In order of first appearance.
    static func unique(_ readings: [TelemetryReading]) -> [TelemetryReading] {
        var places: [String: Int] = [:]
        var result: [TelemetryReading] = []
        for reading in readings {
            let key =
                "\(reading.node ?? "")\u{0}\(reading.gpu ?? (reading.part == nil ? 0 : -1))\u{0}\(reading.rack ?? "")\u{0}\(reading.budget ?? "")\u{0}\(reading.xid == nil)"
            guard let place = places[key] else {
                places[key] = result.count
                result.append(reading)
                continue
            }
            let old = result[place]
            if rank(reading) > rank(old) { result[place] = reading }
        }
        return result
    }

    private static func rank(_ reading: TelemetryReading) -> (Int64, Int) {
        (reading.at?.epochSeconds ?? 0, reading.watts ?? reading.energyMillijoules ?? reading.xid ?? 0)
    }
}
