// A lease that is asked for, in the dense indexes that the core reads.

import ControlAPI
import FleetModel
import Packing

/// Bounds of one request, those of the daemon.
enum PackLimits {
    static let linesMax = 64
    static let countMax = 1_000_000
    static let partitionsMax = 1_024
    static let horizonSeconds: Int64 = 50 * 366 * 86_400
}

extension PackLease {
    /// The request that the core is asked, with the names of the fleet resolved.
    ///
    /// - Parameter number: the lease's number, which its bookings carry.
    func placementRequest(
        on fleet: Fleet, number: UInt64, now: Int64
    ) throws(LineSyntax.Fault) -> PlacementRequest {
        guard lines.count <= PackLimits.linesMax else {
            throw PackSyntax.expected("at most \(PackLimits.linesMax) lines", "\(lines.count)")
        }
        let siteMask = try mask(of: sites, "a site", among: fleet.sites.map(\.name))
        let start = start.seconds(now: now)
        guard start >= now else { throw PackSyntax.expected("a start that is not past", "one before the clock") }
        let end =
            switch end {
            case .on(let time): time.seconds(now: now)
            case .after(let duration): start + duration.seconds
            case nil: start
            }
        guard end > start else { throw PackSyntax.expected("an end after the start", "one before it") }
        guard end <= now + PackLimits.horizonSeconds else {
            throw PackSyntax.expected("an end within 50 years", "a later one")
        }
        var turnRound: Int64 = 0
        for (offset, site) in fleet.sites.enumerated() where siteMask >> UInt64(offset) & 1 == 1 {
            turnRound = max(turnRound, site.turnRound.totalSeconds)
        }
        let terms = BookingTerms(lease: number, start: start, end: end, until: end + turnRound, cap: cap)
        var placementLines: [PlacementLine] = []
        for line in lines { placementLines.append(try placementLine(line, on: fleet)) }
        return PlacementRequest(lines: placementLines, siteMask: siteMask, terms: terms, now: now)
    }

    /// A bit for each place at which one of `names` stands; all bits when none is given.
    func mask(
        of names: [String], _ what: String, among known: [String]
    ) throws(LineSyntax.Fault) -> UInt64 {
        var mask: UInt64 = 0
        for name in names {
            let found = known.indices.filter { known[$0] == name }
            guard !found.isEmpty else {
                let all = Set(known).sorted().joined(separator: ", ")
                throw PackSyntax.expected("\(what) of this fleet: \(all)", name)
            }
            for place in found { mask |= 1 << UInt64(place) }
        }
        return names.isEmpty ? .max : mask
    }
}
