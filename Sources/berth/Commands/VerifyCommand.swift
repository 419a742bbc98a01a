// berth verify

import ArgumentParser
import ControlAPI
import ControlClient

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check on the live book the rules that must never break.",
        discussion: """
            Exits with 1 when a rule is broken.

            EXAMPLE
              berth verify
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.run(output) { client in
            let answer = try await client.verify()
            try output.print(answer, table: printAnswer)
            let violationCount = answer.rules.reduce(0) { $0 + $1.violations.count }
            guard violationCount == 0 else {
                throw CommandFailure(status: .failed, message: "\(counted(violationCount, "violation")) found.")
            }
        }
    }

    private func printAnswer(_ answer: VerifyAnswer) {
        let terminal = Terminal.standardOutput
        var table = Table(.number("RULE"), .text("RESULT"), .text("WHAT MUST HOLD"), .text("CHECKED"))
        for rule in answer.rules {
            let checked = rule.checked.sorted.map { "\(counted($0.count)) \($0.name)" }.joined(separator: ", ")
            let isKept = rule.violations.isEmpty
            table.add(
                .init("\(rule.rule)"), .init(isKept ? "holds" : "BROKEN", isKept ? .good : .bad), .init(rule.title),
                .init(checked))
        }
        table.print()
        for rule in answer.rules {
            for violation in rule.violations { terminal.write("rule \(rule.rule): \(violation)") }
        }
        terminal.write(
            "revision \(counted(answer.revision)), digest \(answer.digest), "
                + "in \(scaled(answer.elapsedMicros, by: 1_000, decimals: 1)) ms")
    }
}
