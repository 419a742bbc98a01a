// berth audit export

import ArgumentParser
import ControlAPI
import ControlClient
import Foundation

struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a log to a file, a line of JSON for each entry, with the signed head.",
        discussion: """
            `berth audit verify` checks the file with nothing else at hand. It holds what the log says of everybody; a \
            tenant's holds its own entries. The book's first entry holds its secret and is exported as a hash.

            EXAMPLE
              berth audit export --to audit.ndjson
              berth audit export --tenant acme --to acme.ndjson
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var log: AuditLogOptions

    @Option(help: ArgumentHelp("The file to make; it must not exist.", valueName: "file"), completion: .file())
    var to: String

    func run() async throws {
        try await connection.run { client in
            let descriptor = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw CommandFailure(
                    status: .badRequest, message: "\(to) cannot be made: \(String(cString: strerror(errno)))")
            }
            let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            do {
                let count = try await AuditExport.lines(client, tenant: log.tenant) { line in
                    try file.write(contentsOf: Data(line + [UInt8(ascii: "\n")]))
                }
                try file.synchronize()
                Terminal.standardError.write("\(counted(count, "entry", "entries")) in \(to)")
            } catch {
                unlink(to)
                throw error
            }
        }
    }
}
