// One line of a lease that is asked for, in the dense indexes that the core reads.

import ControlAPI
import FleetModel
import Packing

extension PackLease {
    /// The line that the core is asked, with the names of the fleet resolved.
    func placementLine(_ line: ReservationRequest, on fleet: Fleet) throws(LineSyntax.Fault) -> PlacementLine {
        let count = line.count ?? 1
        guard (1...PackLimits.countMax).contains(count) else {
            throw PackSyntax.expected("a count of at most \(PackLimits.countMax)", "\(count)")
        }
        guard count <= PackLimits.partitionsMax || (line.shape != .gpu && line.shape != .mig) else {
            throw PackSyntax.expected("at most \(PackLimits.partitionsMax) partitions; lease nodes", "\(count)")
        }
        if line.shape == .watts, line.within != nil || line.spread != nil {
            throw PackSyntax.expected("no within= and no spread= on a line in watts", LineSyntax.text(of: line))
        }
        if line.shape != .gpu, line.composed == true {
            throw PackSyntax.expected("composed on a line of gpu", LineSyntax.text(of: line))
        }
        var platforms = try mask(of: line.gpu ?? [], "a GPU model", among: fleet.platforms.map(\.gpu))
        let shape = try shape(of: line, on: fleet, &platforms)
        if line.spread?.level == .nvl72 {
            for (place, platform) in fleet.platforms.enumerated() where !platform.isRackScale {
                platforms &= ~(1 << UInt64(place))
            }
        }
        return PlacementLine(
            shape: shape, count: count, platformMask: platforms,
            within: line.within.flatMap { WithinLevel(rawValue: $0.rawValue) }, isComposed: line.composed ?? false,
            spread: try spread(line), pins: try pins(line, on: fleet))
    }

    /// The shape; a profile leaves the platforms that have it.
    private func shape(
        of line: ReservationRequest, on fleet: Fleet, _ platforms: inout UInt64
    ) throws(LineSyntax.Fault) -> PlacementShape {
        switch line.shape {
        case .block: return .block
        case .rack: return .rack
        case .nvl72: return .nvl72
        case .node: return .node
        case .watts: return .power(meterWatts: Watts(line.megawatts?.watts ?? 0), wholeSites: false)
        case .gpu:
            let gpus = line.gpus ?? 1
            guard [1, 2, 4, 8].contains(gpus) || (line.composed == true && [3, 5, 6, 7].contains(gpus)) else {
                throw PackSyntax.expected(
                    "partitions of 1, 2, 4 or 8 GPUs, or 3, 5, 6 or 7 with :composed", "\(gpus)")
            }
            return .gpus(gpus)
        case .mig:
            let profile = line.profile ?? ""
            do throws(ProfileNameError) {
                let id = try fleet.profileID(named: profile, models: line.gpu ?? [], sites: sites)
                platforms &= fleet.platforms(withProfile: id, named: profile)
                return .mig(profileID: id)
            } catch {
                throw LineSyntax.Fault(description: error.description)
            }
        }
    }

    private func spread(_ line: ReservationRequest) throws(LineSyntax.Fault) -> SpreadLimit? {
        guard let spread = line.spread else { return nil }
        let level: Level =
            switch spread.level {
            case .site: .site
            case .hall: .hall
            case .block: .block
            case .rack, .nvl72: .rack
            case .node: .node
            }
        let unit =
            switch line.shape {
            case .block: Level.block.depth
            case .rack, .nvl72: Level.rack.depth
            case .node, .watts: Level.node.depth
            case .gpu, .mig: Level.node.depth + 1
            }
        guard level.depth < unit else {
            throw PackSyntax.expected("a spread over a level above the unit", LineSyntax.text(of: line))
        }
        if let within = line.within.flatMap({ WithinLevel(rawValue: $0.rawValue) }), level <= within.level {
            throw PackSyntax.expected("a spread over a level below within=", LineSyntax.text(of: line))
        }
        return SpreadLimit(level: level, unitsMax: spread.max ?? 1)
    }

    private func pins(_ line: ReservationRequest, on fleet: Fleet) throws(LineSyntax.Fault) -> [Range<Int>]? {
        guard let pin = line.pin else { return nil }
        do {
            var names: [String] = []
            for text in pin {
                names += try HostList.expand(text, countMax: WireLimits.hostListNamesMax - names.count)
            }
            return try fleet.nodes(named: names)
        } catch {
            throw LineSyntax.Fault(description: "\(error)")
        }
    }
}
