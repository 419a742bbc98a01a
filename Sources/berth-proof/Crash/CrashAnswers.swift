// From answers on the wire to what a history keeps of them.

import ControlAPI
import Simulation

extension LeaseSight {
    init(_ lease: LeaseAnswer) throws {
        let phase: LeasePhase =
            switch lease.state {
            case .pending, .scheduled, .starting, .active: .live
            case .ending: .ending
            case .expired, .cancelled, .reclaimed, .preempted, .failed, .transferred: .over
            }
        let gpus = phase == .over ? [] : try lease.reservations.flatMap(\.allocation).flatMap { try Self.gpus(of: $0) }
        self.init(
            lease: lease.id, label: lease.label ?? "", revision: lease.revision, phase: phase,
            end: lease.end.epochSeconds, gpus: gpus.sorted())
    }

    /// The GPUs of a compact path of ``CrashFleet``.
    static func gpus(of path: String) throws -> [String] {
        let parts = path.split(separator: ":")
        let all = 1...CrashFleet.gpusPerNode
        let modules = parts.count > 1 ? parts[1].split(separator: ",").compactMap { Int($0) } : Array(all)
        var nodes: [String] = []
        for name in try HostList.expand(String(parts[0])) {
            // Site, hall and block, then a rack and a node, where it is not all of them.
            switch name.split(separator: "/").count {
            case 3:
                for rack in 1...CrashFleet.racks {
                    nodes += (1...CrashFleet.nodesPerRack).map { "\(name)/r\(rack)/n\($0)" }
                }
            case 4: nodes += (1...CrashFleet.nodesPerRack).map { "\(name)/n\($0)" }
            default: nodes.append(name)
            }
        }
        return nodes.flatMap { node in modules.map { "\(node):\($0)" } }
    }
}

extension PlainAnswer {
    /// What it says of an operation.
    func answer(to request: HistoryRequest) throws -> HistoryAnswer {
        guard isDone else { return .refused(code) }
        guard let revision else { throw ProofFault("an answer without a revision: \(headers)") }
        switch request {
        case .create, .amend, .release, .read, .again:
            return .done(revision: revision, leases: [try LeaseSight(try decoded(LeaseAnswer.self))])
        case .createAll:
            let results = try decoded(LeaseBatchAnswer.self).results
            return .done(revision: revision, leases: try results.compactMap(\.lease).map { try LeaseSight($0) })
        case .list:
            return .done(revision: revision, leases: try decoded(LeaseList.self).leases.map { try LeaseSight($0) })
        case .poll:
            guard let index = headers["berth-index"].flatMap({ Int($0) }) else {
                throw ProofFault("a poll without an index")
            }
            return .polled(revision: revision, index: index, digest: Self.digest(body))
        case .other: return .done(revision: revision, leases: [])
        }
    }

    /// FNV-1a of 64 bits.
    private static func digest(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
