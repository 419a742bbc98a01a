// berth ledger verify

import ArgumentParser
import ControlAPI
import ControlClient
import Simulation

struct LedgerVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Add up every account again from the facts alone, and compare.",
        discussion: """
            Asks the running daemon, or reads the file of a book that is not in use. Exits with 1 at a difference and names \
            the lease and the month.

            EXAMPLE
              berth ledger verify
              berth ledger verify --file /backup/book.sqlite
            """)

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("A backup, or the book of a daemon that has stopped.", valueName: "path"))
    var file: String?

    func run() async throws {
        try await connection.run { client in
            if let file {
                let report: RuleReport
                do { report = try LedgerFile.check(file) } catch {
                    throw CommandFailure(status: .failed, message: "\(file): \(error)")
                }
                try tell(report.checked.map { "\(counted($0.count)) \($0.name)" }, report.violations)
            } else {
                guard let rule = try await client.verify().rules.first(where: { $0.rule == 10 }) else {
                    throw CommandFailure(status: .failed, message: "the daemon does not check accounts; it is older")
                }
                try tell(rule.checked.sorted.map { "\(counted($0.count)) \($0.name)" }, rule.violations)
            }
        }
    }

    private func tell(_ checked: [String], _ violations: [String]) throws {
        for violation in violations { Terminal.standardOutput.write(violation) }
        guard violations.isEmpty else {
            throw CommandFailure(status: .failed, message: "\(counted(violations.count, "difference")) found.")
        }
        Terminal.standardOutput.write("the facts alone give every account again: " + checked.joined(separator: ", "))
    }
}
