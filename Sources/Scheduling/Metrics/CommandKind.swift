// What kind of command was decided, for the metrics.

import Leasing
import Packing

/// The shape that a request for leases asks for.
public enum RequestShape: Int, CaseIterable, Sendable {
    case block, rack, nvl72, node, gpu, mig, watts
    /// Several in one request.
    case mixed

    init(_ orders: [LeaseOrder]) {
        var found: RequestShape?
        for order in orders {
            for line in order.lines {
                let shape = RequestShape(line.shape)
                guard found == nil || found == shape else {
                    self = .mixed
                    return
                }
                found = shape
            }
        }
        self = found ?? .mixed
    }

    private init(_ shape: PlacementShape) {
        self =
            switch shape {
            case .block: .block
            case .rack: .rack
            case .nvl72: .nvl72
            case .node: .node
            case .gpus: .gpu
            case .mig: .mig
            case .power: .watts
            }
    }
}

/// A command without what it says.
public enum CommandKind: Int, CaseIterable, Sendable {
    case open, adoptFleet, putTenant, removeTenant, putCohort, removeCohort, putContract, removeContract
    case requestLeases, requestSeries, releaseSeries, amendLease, releaseLease
    case serveReclaim, withdrawReclaim, nominate, answerApproval, importBook
    case splitLease, proposeTransfer, answerTransfer, withdrawTransfer
    case proposeSublease, answerSublease, endSublease
    case makeToken, revokeToken
    case putMaintenance, removeMaintenance, failFeed, restoreFeed
    case setNodes, identifyGPUs, reportFault, decideFault
    case setLoadTarget, removeLoadTarget, acknowledgeOrders, acknowledgeNotice
    case setFreeze, confirmClock, noteBackup, finaliseUpgrade, carryOut, advance, heartbeat

    /// Its name as a label has it, for example `request-leases`.
    public var name: String {
        "\(self)".replacing("GPUs", with: "Gpus").reduce(into: "") { name, character in
            name += character.isUppercase ? "-" + character.lowercased() : String(character)
        }
    }

    init(_ command: Command) {
        self =
            switch command {
            case .open: .open
            case .adoptFleet: .adoptFleet
            case .putTenant: .putTenant
            case .removeTenant: .removeTenant
            case .putCohort: .putCohort
            case .removeCohort: .removeCohort
            case .putContract: .putContract
            case .removeContract: .removeContract
            case .requestLeases: .requestLeases
            case .requestSeries: .requestSeries
            case .releaseSeries: .releaseSeries
            case .amendLease: .amendLease
            case .releaseLease: .releaseLease
            case .serveReclaim: .serveReclaim
            case .withdrawReclaim: .withdrawReclaim
            case .nominate: .nominate
            case .answerApproval: .answerApproval
            case .importBook: .importBook
            case .splitLease: .splitLease
            case .proposeTransfer: .proposeTransfer
            case .answerTransfer: .answerTransfer
            case .withdrawTransfer: .withdrawTransfer
            case .proposeSublease: .proposeSublease
            case .answerSublease: .answerSublease
            case .endSublease: .endSublease
            case .makeToken: .makeToken
            case .revokeToken: .revokeToken
            case .putMaintenance: .putMaintenance
            case .removeMaintenance: .removeMaintenance
            case .failFeed: .failFeed
            case .restoreFeed: .restoreFeed
            case .setNodes: .setNodes
            case .identifyGPUs: .identifyGPUs
            case .reportFault: .reportFault
            case .decideFault: .decideFault
            case .setLoadTarget: .setLoadTarget
            case .removeLoadTarget: .removeLoadTarget
            case .acknowledgeOrders: .acknowledgeOrders
            case .acknowledgeNotice: .acknowledgeNotice
            case .setFreeze: .setFreeze
            case .confirmClock: .confirmClock
            case .noteBackup: .noteBackup
            case .finaliseUpgrade: .finaliseUpgrade
            case .carryOut: .carryOut
            case .advance: .advance
            case .heartbeat: .heartbeat
            }
    }
}
