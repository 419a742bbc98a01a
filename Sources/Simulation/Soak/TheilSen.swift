// A slope that single wild points do not move: the median of the slopes of all pairs (Theil, 1950; Sen, 1968).

import Foundation

/// A point of a series.
public struct SeriesPoint: Sendable, Equatable {
    /// Where, such as seconds since the beginning.
    public var x: Double
    /// What was there.
    public var y: Double
    /// Points of different groups, such as processes, are not held against each other.
    public var group: Int

    /// All of it.
    public init(x: Double, y: Double, group: Int = 0) {
        (self.x, self.y, self.group) = (x, y, group)
    }
}

/// A robust slope with what it is sure of.
public struct RobustSlope: Sendable, Equatable {
    /// The median of all pairs' slopes, in y per x.
    public var slope: Double
    /// The slope is above this with a confidence of 99.5 %, as far as points are independent.
    public var lowest: Double
    /// And below this.
    public var highest: Double

    /// Points beyond so many are made fewer first: each then is the median of neighbours.
    public static let pointsMax = 240

    /// The slope through points of growing x in each group; nil where no two differ in x. O(n²), of at most
    /// `pointsMax`.
    public init?(_ points: [SeriesPoint]) {
        let points = Self.thinned(points)
        var slopes: [Double] = []
        var variance = 0.0
        for (_, members) in Dictionary(grouping: points, by: \.group).sorted(by: { $0.key < $1.key }) {
            for (place, first) in members.enumerated() {
                for second in members[(place + 1)...] where second.x != first.x {
                    slopes.append((second.y - first.y) / (second.x - first.x))
                }
            }
            let n = Double(members.count)
            // Of Kendall's S where nothing is tied; ties make it less.
            variance += n * (n - 1) * (2 * n + 5) / 18
        }
        guard !slopes.isEmpty else { return nil }
        slopes.sort()
        let reach = Self.deviations * variance.squareRoot()
        let (low, high) = ((Double(slopes.count) - reach) / 2, (Double(slopes.count) + reach) / 2)
        slope = Self.median(ofSorted: slopes)
        lowest = slopes[min(slopes.count - 1, max(0, Int(low.rounded(.down))))]
        highest = slopes[min(slopes.count - 1, max(0, Int(high.rounded(.up))))]
    }

    /// Of the normal distribution, for 99 % between both ends.
    private static let deviations = 2.576

    private static func thinned(_ points: [SeriesPoint]) -> [SeriesPoint] {
        let size = (points.count + pointsMax - 1) / pointsMax
        guard size > 1 else { return points }
        var result: [SeriesPoint] = []
        for (group, members) in Dictionary(grouping: points, by: \.group).sorted(by: { $0.key < $1.key }) {
            for first in stride(from: 0, to: members.count, by: size) {
                let block = members[first..<min(members.count, first + size)]
                result.append(
                    SeriesPoint(x: median(block.map(\.x)), y: median(block.map(\.y)), group: group))
            }
        }
        return result
    }

    /// The middle of some figures, 0 of none. O(n log n).
    public static func median(_ figures: [Double]) -> Double { median(ofSorted: figures.sorted()) }

    private static func median(ofSorted figures: [Double]) -> Double {
        guard !figures.isEmpty else { return 0 }
        let middle = figures.count / 2
        return figures.count % 2 == 1 ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2
    }
}
