// berth fault policy

import ArgumentParser
import ControlAPI
import ControlClient

struct FaultPolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Show what each XID leads to, and where that comes from.",
        discussion: """
            EXAMPLE
              berth fault policy
              berth fault policy 79
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "Only this number.")
    var xid: Int?

    func run() async throws {
        try await connection.run(output) { client in
            var policy = try await client.faultPolicy()
            if let xid { policy.rules.removeAll { $0.xid != xid } }
            try output.print(policy) { policy in
                guard !policy.rules.isEmpty else {
                    return Terminal.standardOutput.write(
                        "The policy has no rule for XID \(xid ?? 0): an operator decides on each report of it.")
                }
                table(policy.rules).print()
            }
        }
    }

    private func table(_ rules: [FaultRule]) -> Table {
        var table = Table(
            .word("XID"), .text("MEANING"), .word("CLASS"), .word("REPORTED"), .word("MEASURED"), .text("SOURCE"))
        for rule in rules {
            let action = rule.recoveryAction.map { ": \($0.rawValue)" } ?? ""
            table.add(
                .init(String(rule.xid)), .init(rule.meaning + action), .init(rule.faultClass.rawValue),
                .init(rule.whenReported.rawValue), .init(rule.whenMeasured.rawValue), .init(rule.source))
        }
        return table
    }
}
