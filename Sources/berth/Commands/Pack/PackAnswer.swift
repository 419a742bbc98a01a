// What berth pack says to one line of its input.

import ControlAPI
import FleetModel
import Packing

enum PackAnswer {
    case decision(PackDecision)
    case released(PackRelease)
    case clock(PackClock)
    case report(PackReport)
}

/// Nanoseconds that a decision took; no commit when it was refused.
struct PackTimes {
    let place: Int
    let commit: Int?
}

/// A request and what came of it.
struct PackDecision: Encodable {
    /// What one line of the request lacks.
    struct Shortage: Encodable {
        let wanted: Int
        let placed: Int
        let existing: Int
        let free: Int
        let closedNodes: Int
        /// Budgets with too few watts for a unit that was free.
        let budgets: [String]
    }

    let line: Int
    let id: String
    let granted: Bool
    /// GPUs that are held as a whole.
    var gpus: Int?
    /// MIG instances, when there are any.
    var migInstances: Int?
    /// Whole nodes from the first to the last of each stretch, parts of nodes with their GPU modules, and MIG instances with
    /// module, profile and first memory slice.
    var hardware: [String]?
    var shortages: [Shortage]?
    let placeNanoseconds: Int
    var commitNanoseconds: Int?

    init(line: Int, id: String, outcome: PlacementOutcome, times: PackTimes, on fleet: Fleet) {
        self.line = line
        self.id = id
        granted = outcome.isComplete
        placeNanoseconds = times.place
        commitNanoseconds = times.commit
        if granted {
            gpus = outcome.lines.reduce(0) { $0 + $1.gpuCount(in: fleet) }
            let instances = outcome.lines.reduce(0) { $0 + $1.slices.count }
            migInstances = instances > 0 ? instances : nil
            hardware = outcome.lines.flatMap { $0.names(on: fleet) }
        } else {
            shortages = outcome.findings.filter { $0.placed < $0.wanted }.map { findings in
                Shortage(
                    wanted: findings.wanted, placed: findings.placed, existing: findings.existing,
                    free: findings.free, closedNodes: findings.closedNodes,
                    budgets: findings.shortBudgets.map { fleet.budgets[$0.offset].name })
            }
        }
    }
}

/// A lease that was given back.
struct PackRelease: Encodable {
    let released: String
    /// False of one that was refused or has ended.
    let held: Bool
    var nanoseconds: Int?
}

/// The clock after it was moved.
struct PackClock: Encodable {
    let now: String
    let ended: Int
    let live: Int
    let nanoseconds: Int
}

/// How the fleet is packed.
struct PackReport: Encodable {
    let wholeBlocksLeft: Int
    let wholeNVL72Left: Int
    let wholeNodesLeft: Int
    let gpus: Int
    let freeGPUs: Int
    let leasedGPUs: Int
    let strandedGPUs: Int
    let strandedWatts: Int

    init(_ report: PackingReport) {
        wholeBlocksLeft = report.wholeBlocksLeft
        wholeNVL72Left = report.wholeNVL72Left
        wholeNodesLeft = report.wholeNodesLeft
        gpus = report.gpus.total
        freeGPUs = report.gpus.free
        leasedGPUs = report.gpus.leased
        strandedGPUs = report.strandedGPUs
        strandedWatts = Int(report.strandedWatts)
    }
}

extension LinePlacement {
    fileprivate func names(on fleet: Fleet) -> [String] {
        wholeNodes.map { range in
            let first = fleet.nodeName(NodeIndex(range.lowerBound))
            return range.count == 1 ? first : "\(first)..\(fleet.nodeName(NodeIndex(range.upperBound - 1)))"
        }
            + partialNodes.map { partial in
                let modules = (0..<8).filter { partial.moduleMask >> $0 & 1 == 1 }.map { "\($0 + 1)" }
                return "\(fleet.nodeName(NodeIndex(partial.node))):\(modules.joined(separator: ","))"
            }
            + slices.map { slice in
                let profiles = fleet.platform(of: NodeIndex(slice.node)).migProfiles
                let profile = profiles.first { $0.profileID == slice.profileID }?.name ?? "\(slice.profileID)"
                let module = slice.moduleMask.trailingZeroBitCount + 1
                return "\(fleet.nodeName(NodeIndex(slice.node))):\(module):\(profile)@\(slice.start)"
            }
    }
}

/// A time in UTC as the wire writes it; seconds where it has no such form.
func timeText(_ seconds: Int64) -> String {
    Timestamp.epochSecondsRange.contains(seconds) ? Timestamp(epochSeconds: seconds).description : "\(seconds) s"
}
