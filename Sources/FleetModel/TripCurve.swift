// How long a breaker carries more than it is built for.

/// Overload and the time that it is carried for at least, as steps: between two points the shorter time is taken, since trip curves
/// sag below the straight line.
///
/// The figures are those of Facebook's Dynamo (ISCA 2016), recalled and not checked: rack and panel breakers carry 10 % over for some
/// 17 minutes and 40 % over for some 60 s, main switchboards 15 % over for only 60 s. Other breakers differ; they are for judging a
/// risk, not for setting one.
public struct TripCurve: Equatable, Sendable {
    /// Overload in permille of the rating, ascending, and seconds.
    private let points: [(overload: Int64, seconds: Int64)]

    public static func == (left: TripCurve, right: TripCurve) -> Bool {
        left.points.map(\.overload) == right.points.map(\.overload)
            && left.points.map(\.seconds) == right.points.map(\.seconds)
    }

    /// Panels and racks, up to 1 MW.
    public static let panel = TripCurve(points: [(100, 1_020), (400, 60)])
    /// Main switchboards and all above them.
    public static let switchboard = TripCurve(points: [(150, 60)])
    /// Breakers rated at most this many watts are taken for panels.
    public static let panelRatingWattsMax: Watts = 1_000_000

    private init(points: [(overload: Int64, seconds: Int64)]) {
        self.points = points
    }

    /// The curve of a breaker of that rating.
    public static func of(ratingWatts: Watts) -> TripCurve {
        ratingWatts <= panelRatingWattsMax ? .panel : .switchboard
    }

    /// Seconds that `watts` are carried for at least; nil when they are within the rating, 0 when they are above all that is
    /// known of the curve.
    public func secondsCarried(_ watts: Watts, ratingWatts: Watts) -> Int64? {
        guard watts > ratingWatts else { return nil }
        return points.first { watts * 1_000 <= ratingWatts * (1_000 + $0.overload) }?.seconds ?? 0
    }
}
