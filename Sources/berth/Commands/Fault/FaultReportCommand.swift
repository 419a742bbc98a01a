// berth fault report

import ArgumentParser
import ControlAPI
import ControlClient

struct FaultReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report GPUs or nodes that a tenant holds and that misbehave.",
        discussion: """
            A node is named as n1, one of its GPUs as n1:3 by module or by UUID. What is reported with an XID that \
            takes a GPU out is given up for a replacement, unless --keep says that work on it goes on for now.

            EXAMPLE
              berth fault report --tenant acme --xid 79 \\
                --gpu GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5
              berth fault report --tenant acme --xid 48 --keep \\
                --node memphis-2-h1-r001-t04:2
              berth fault report --tenant acme --node memphis-2-h1-r001-t04 \\
                --text "half as fast as its neighbours"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Whose hardware it is.", completion: .custom(LiveNames.tenants))
    var tenant: String

    @Option(help: ArgumentHelp("A GPU by its UUID; may be repeated.", valueName: "uuid"))
    var gpu: [String] = []

    @Option(help: ArgumentHelp("A node, or with :2,3 GPUs of it by module; may be repeated.", valueName: "node"))
    var node: [String] = []

    @Option(help: ArgumentHelp("The driver's error number.", valueName: "number"))
    var xid: Int?

    @Option(help: "With XID 154: none, reset, reboot, drain-p2p or drain-and-reset.")
    var recoveryAction: RecoveryAction?

    @Option(help: "What was seen.")
    var text: String?

    @Flag(help: "Go on with the hardware for now.")
    var keep = false

    @Option(help: "Why, for the audit log.")
    var reason: String?

    @Option(help: "With the same key and request the same success is given for a day.")
    var idempotencyKey: String?

    func run() async throws {
        let nodes = try node.map(Self.node)
        let request = FaultReportRequest(
            gpus: gpu.isEmpty ? nil : gpu, nodes: nodes.isEmpty ? nil : nodes, xid: xid,
            recoveryAction: recoveryAction, text: text, keep: keep ? true : nil, reason: reason)
        try await connection.run(output) { client in
            let answer = try await client.reportFault(of: tenant, request, idempotencyKey: idempotencyKey)
            try output.print(answer) { list in
                for fault in list.faults {
                    Terminal.standardOutput.write(
                        "\(fault.id): \(fault.subject) \(fault.state.rawValue): \(fault.remark)")
                }
            }
        }
    }

    /// Reads `n1` or `n1:2,3`.
    static func node(_ text: String) throws -> FaultNode {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return FaultNode(node: text) }
        let modules = parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard modules.allSatisfy({ $0.map { (1...8).contains($0) } ?? false }) else {
            throw ValidationError("\(text): modules are numbers from 1 to 8, such as \(parts[0]):2,3.")
        }
        return FaultNode(node: String(parts[0]), modules: modules.compactMap(\.self))
    }
}
