// The configured fleet file as a proposed change: at the start, and at each reload.

import ControlAPI
import DaemonLog
import FleetModel
import Leasing
import Logging
import Scheduling

/// Proposes a fleet file to the writer.
struct FleetAdoption {
    let scheduler: Scheduler
    let logger: Logger

    /// Reads a fleet file.
    ///
    /// - Throws: ``StartFailure``.
    static func load(_ path: String) throws -> Fleet {
        do {
            return try FleetFile.load(path: path, catalogue: try Catalogue.builtIn())
        } catch {
            throw StartFailure("\(error)")
        }
    }

    /// What becomes of `fleet`; nil when it is the one in force. One that conflicts with leases leaves the fleet before it in
    /// force.
    func propose(_ fleet: Fleet, from file: String, _ context: CommandContext) async -> FleetProposal? {
        guard fleet.source != scheduler.view.book.fleet.source else { return nil }
        switch await scheduler.submit(.adoptFleet(fleet), context) {
        case .accepted:
            logger.log(.fleetAdopted, "the fleet file is in force", metadata: ["file": "\(file)"])
            return FleetProposal(accepted: true, detail: "\(file) came into force")
        case .refused(let refusal, _):
            logger.log(
                .fleetRefused, "the fleet file was refused; the fleet before it stays in force",
                metadata: ["file": "\(file)", "why": "\(refusal)"])
            return FleetProposal(accepted: false, detail: "\(file) was refused: \(refusal)")
        case .faulted(let fault):
            return FleetProposal(accepted: false, detail: "\(file) could not be adopted: \(fault)")
        }
    }
}
