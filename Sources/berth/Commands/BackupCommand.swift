// berth backup

import ArgumentParser
import ControlAPI
import ControlClient

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Take a consistent copy of the book while the daemon runs.",
        discussion: """
            The daemon writes the copy, so it must be allowed to write there.

            EXAMPLE
              berth backup /var/backups/berth-2026-12-01.sqlite
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "Where to write it; nothing may be there yet.", completion: .file())
    var path: String

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.backup(to: Daemon.absolute(path), reason: reason)) { answer in
                Terminal.standardOutput.write(
                    "\(answer.path): \(counted(answer.bytes)) bytes, up to revision \(counted(answer.revision))")
            }
        }
    }
}
