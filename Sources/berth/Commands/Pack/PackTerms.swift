// A lease that is asked for, in the dense indexes that the core reads.

import ControlAPI
import FleetModel
import Packing

/// Bounds of one request, those of the daemon.
private enum PackLimits {
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

    private func placementLine(
        _ line: ReservationRequest, on fleet: Fleet
    ) throws(LineSyntax.Fault) -> PlacementLine {
        let count = line.count ?? 1
        guard (1...PackLimits.countMax).contains(count) else {
            throw PackSyntax.expected("a count of at most \(PackLimits.countMax)", "\(count)")
        }
        let shape: PlacementShape
        switch line.shape {
        case .block: shape = .block
        case .rack: shape = .rack
        case .nvl72: shape = .nvl72
        case .node: shape = .node
        case .watts: shape = .power(meterWatts: Watts(line.megawatts?.watts ?? 0), wholeSites: false)
        case .gpu:
            let gpus = line.gpus ?? 1
            guard [1, 2, 4, 8].contains(gpus) else {
                throw PackSyntax.expected("partitions of 1, 2, 4 or 8 GPUs", "\(gpus)")
            }
            guard count <= PackLimits.partitionsMax else {
                throw PackSyntax.expected("at most \(PackLimits.partitionsMax) partitions; lease nodes", "\(count)")
            }
            shape = .gpus(gpus)
        }
        if line.shape == .watts, line.within != nil {
            throw PackSyntax.expected("no within= on a line in watts", LineSyntax.text(of: line))
        }
        let platforms = try mask(of: line.gpu ?? [], "a GPU model", among: fleet.platforms.map(\.gpu))
        let within = line.within.flatMap { WithinLevel(rawValue: $0.rawValue) }
        return PlacementLine(shape: shape, count: count, platformMask: platforms, within: within)
    }

    /// A bit for each place at which one of `names` stands; all bits when none is given.
    private func mask(
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
