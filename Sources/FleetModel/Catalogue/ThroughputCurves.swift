// What a power cap costs in throughput, measured.

/// What a GPU is used for, as far as a cap's cost differs.
public enum WorkloadClass: String, CaseIterable, Sendable { case pretrain, finetune, inference }

/// Throughput at a cap in permille of what it is without one, by class of workload.
///
/// Measured on one model (the catalogue says which) and applied to the others by the share that the cap is of the
/// model's highest: an assumption, as long as no other curve is published.
public struct ThroughputCurves: Equatable, Sendable {
    struct Point: Equatable, Sendable {
        /// The cap in permille of the highest.
        let cap: Int64
        let throughput: Int64
    }

    /// By class, ascending; the last is the highest cap.
    let points: [WorkloadClass: [Point]]

    init(points: [WorkloadClass: [Point]] = [:]) {
        self.points = points
    }

    /// The curves that ship with Berth.
    public static let builtIn: ThroughputCurves = {
        do { return try Catalogue.builtIn().throughput } catch { preconditionFailure("the catalogue reads: \(error)") }
    }()

    /// Throughput in permille at a cap, between measured points on the straight line, rounded down; nil under the lowest
    /// that was measured. O(points).
    public func permille(of workload: WorkloadClass, capWatts: Watts, highestWatts: Watts) -> Int64? {
        let curve = points[workload] ?? []
        let share = capWatts * 1_000
        guard let above = curve.firstIndex(where: { $0.cap * highestWatts >= share }) else {
            return curve.last?.throughput
        }
        let high = curve[above]
        if high.cap * highestWatts == share { return high.throughput }
        guard above > 0 else { return nil }
        let low = curve[above - 1]
        let (rise, run) = (high.throughput - low.throughput, (high.cap - low.cap) * highestWatts)
        return low.throughput + rise * (share - low.cap * highestWatts) / run
    }
}

extension CatalogueReader {
    /// Reads the curves: one list of caps, and for each class its throughput at each of them.
    static func throughput(_ fields: YAMLFields) throws(FleetFileError) -> ThroughputCurves {
        let caps = try list(fields.required("capPermille"), from: 1)
        guard caps.count > 1, caps.last == 1_000 else {
            throw fields.key("capPermille").failure("no end", expected: "caps that end at 1000")
        }
        let classes = try YAMLFields(
            fields.required("classes"), of: "classes", keys: WorkloadClass.allCases.map(\.rawValue))
        var points: [WorkloadClass: [ThroughputCurves.Point]] = [:]
        for workload in WorkloadClass.allCases {
            let value = try classes.required(workload.rawValue)
            let throughput = try list(value, from: 0)
            guard throughput.count == caps.count, throughput.last == 1_000 else {
                throw value.failure("not one number for each cap", expected: "\(caps.count) numbers that end at 1000")
            }
            points[workload] = zip(caps, throughput).map { ThroughputCurves.Point(cap: $0, throughput: $1) }
        }
        return ThroughputCurves(points: points)
    }

    /// Permille that ascend.
    private static func list(_ value: YAMLValue, from least: Int64) throws(FleetFileError) -> [Int64] {
        var result: [Int64] = []
        for item in try value.list(of: "numbers", countMax: 64) {
            result.append(try item.integer(min(1_000, result.last.map { $0 + 1 } ?? least)...1_000))
        }
        return result
    }
}
