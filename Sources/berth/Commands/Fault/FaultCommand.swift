// berth fault

import ArgumentParser
import ControlAPI

struct FaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault",
        abstract: "Report hardware that misbehaves, and decide on reports.",
        discussion: """
            Without a subcommand: the reports. A tenant reports what it holds; the policy says what each XID leads to, \
            and what it does not know is for an operator to decide.

            EXAMPLE
              berth fault report --tenant acme --xid 79 \\
                --gpu GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5
              berth fault --state open
              berth fault accept f-3k1w8h2c9x4ez --reason "seen in the log of the BMC"
              berth fault policy 79
            """,
        subcommands: [
            FaultList.self, FaultShow.self, FaultReportCommand.self, FaultAccept.self, FaultReject.self,
            FaultPolicyCommand.self,
        ],
        defaultSubcommand: FaultList.self)
}

extension FaultReportAnswer {
    /// The node and its GPUs, as `n1:3`.
    var subject: String {
        let modules = (gpus ?? []).map { String($0.module) }.joined(separator: ",")
        return (node ?? "retired hardware") + (modules.isEmpty ? "" : ":" + modules)
    }

    /// The error, in few characters.
    var error: String { xid.map { "XID \($0)" } ?? "-" }
}

extension FaultState {
    var style: Style {
        switch self {
        case .open: .attention
        case .accepted: .bad
        case .rejected, .resolved: .quiet
        }
    }
}
