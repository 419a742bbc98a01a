// Where a lease comes from that was split off another one or taken over from another tenant.

/// What a lease was before it was one of its own.
public struct LeaseOrigin: Equatable, Sendable {
    /// The lease that it was part of, or that its former tenant held.
    public var lease: UInt64
    /// When it became a lease of its own.
    public var at: Int64
    /// From when on the clauses of its contract count.
    public var termStart: Int64
    /// When some of it was reclaimed for convenience before, ascending.
    var convenienceTimes: [Int64]
}

extension Lease {
    /// From when on minimum terms and commitments count: splitting a lease is no way around them.
    public var termStart: Int64 { origin?.termStart ?? start }
}

extension LeaseOrigin: FieldCoded {
    static var blank: LeaseOrigin { LeaseOrigin(lease: 0, at: 0, termStart: 0, convenienceTimes: []) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&lease)
        try coder.code(&at)
        try coder.code(&termStart)
        try coder.code(&convenienceTimes, blank: 0) { (time, coder) throws(CodingFault) in try coder.code(&time) }
    }
}

extension Book {
    /// Times at which some of a lease was reclaimed for convenience and not withdrawn in time, ascending; those of the lease
    /// that it comes from are among them.
    func convenienceTimes(of lease: Lease) -> [Int64] {
        (lease.origin?.convenienceTimes ?? [])
            + reclaims(of: lease.leaseNumber).filter { $0.clause == .convenience && !$0.wasWithdrawnInTime }
            .map(\.servedAt)
    }
}
