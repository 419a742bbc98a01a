// Leases that were asked for by a rule.

/// A series: a lease for each window of a rule, all granted or none.
public struct LeaseSeriesAnswer: Codable, Sendable, Equatable {
    /// Its name: the label of the request. The leases are labelled with it and their place, as `nights#3`.
    public var series: String
    /// The leases in the order of their windows; those that are over and no longer kept are missing.
    public var leases: [LeaseAnswer]
    /// For a rule without an end: how far it was booked.
    public var bookedUntil: Timestamp?

    /// Every field; those left out are absent.
    public init(series: String, leases: [LeaseAnswer], bookedUntil: Timestamp? = nil) {
        self.series = series
        self.leases = leases
        self.bookedUntil = bookedUntil
    }
}
