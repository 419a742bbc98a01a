// What is flat and what grows, in plain words.

import Foundation

/// How much a series may grow and still count as flat.
public struct FlatnessBound: Sendable, Equatable {
    /// In the series' unit, an hour.
    public var perHour: Double
    /// As a share of the series' median, an hour. The larger of both counts.
    public var sharePerHour: Double

    /// Both.
    public init(perHour: Double, sharePerHour: Double) {
        (self.perHour, self.sharePerHour) = (perHour, sharePerHour)
    }
}

/// What is known of one series.
public struct FlatnessVerdict: Sendable, Equatable {
    /// What was measured.
    public var name: String
    /// The unit of all figures.
    public var unit: String
    /// The middle of all points.
    public var median: Double
    /// The largest of all points.
    public var largest: Double
    /// In the unit, an hour; nil where there are too few points to tell.
    public var growth: RobustSlope?
    /// What it may be.
    public var allowedPerHour: Double

    /// Points that a series must have: with fewer there is no telling.
    public static let pointsMin = 8

    /// Looks at points whose x are seconds.
    public init(_ name: String, unit: String, _ points: [SeriesPoint], within bound: FlatnessBound) {
        self.name = name
        self.unit = unit
        let figures = points.map(\.y)
        median = RobustSlope.median(figures)
        largest = figures.max() ?? 0
        allowedPerHour = max(bound.perHour, bound.sharePerHour * abs(median))
        guard points.count >= Self.pointsMin else { return }
        growth = RobustSlope(points.map { SeriesPoint(x: $0.x / 3_600, y: $0.y, group: $0.group) })
    }

    /// Whether it grows by more than it may: the slope is over the bound, and it is no accident that it is above 0.
    public var grows: Bool { growth.map { $0.slope > allowedPerHour && $0.lowest > 0 } ?? false }

    /// What is wrong, or nil.
    public var violation: String? {
        guard grows, let growth else { return nil }
        return "\(name) grows by \(Self.figure(growth.slope)) \(unit) an hour "
            + "(\(Self.figure(growth.lowest)) to \(Self.figure(growth.highest))), "
            + "where \(Self.figure(allowedPerHour)) are allowed; its median is \(Self.figure(median))"
    }

    /// A line of a table.
    public var line: String {
        let growth = growth.map { growth in
            let share = median == 0 ? "" : String(format: " (%+.1f %%)", growth.slope / abs(median) * 100)
            return "\(growth.slope < 0 ? "" : "+")\(Self.figure(growth.slope)) an hour\(share)"
        }
        return "\(name): median \(Self.figure(median)) \(unit), largest \(Self.figure(largest)), "
            + "\(growth ?? "too few samples for a slope"), allowed +\(Self.figure(allowedPerHour))"
    }

    static func figure(_ value: Double) -> String {
        String(format: abs(value) >= 100 ? "%.0f" : abs(value) >= 1 ? "%.2f" : "%.4f", value)
    }
}

/// What a file takes for each entry: it must grow, but not faster than entries do.
public struct PerEntryVerdict: Sendable, Equatable {
    /// What was measured.
    public var name: String
    /// Bytes for each further entry in the first half of the points, and in the second; nil where there are too few.
    public var halves: [Double]?
    /// By which share the second may be over the first.
    public var shareMax: Double

    /// Looks at points whose x are entries and whose y are bytes.
    public init(_ name: String, _ points: [SeriesPoint], shareMax: Double) {
        self.name = name
        self.shareMax = shareMax
        let middle = points.count / 2
        guard points.count >= 2 * FlatnessVerdict.pointsMin,
            let first = RobustSlope(Array(points[..<middle])), let second = RobustSlope(Array(points[middle...]))
        else { return }
        halves = [first.slope, second.slope]
    }

    /// What is wrong, or nil.
    public var violation: String? {
        guard let halves, halves[1] > halves[0] * (1 + shareMax), halves[1] > 0 else { return nil }
        return "\(name) takes \(FlatnessVerdict.figure(halves[1])) bytes for an entry in the second half, "
            + "after \(FlatnessVerdict.figure(halves[0])) in the first"
    }

    /// A line of a table.
    public var line: String {
        guard let halves else { return "\(name): too few samples to tell bytes for an entry" }
        return "\(name): \(FlatnessVerdict.figure(halves[0])) bytes for a further entry in the first half, "
            + "\(FlatnessVerdict.figure(halves[1])) in the second, allowed +\(FlatnessVerdict.figure(shareMax * 100)) %"
    }
}
