// berth audit follow

import ArgumentParser
import ControlAPI
import ControlClient
import MerkleLog

struct AuditFollow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Check that a log still begins as it did at a head that you kept.",
        discussion: """
            Asks the daemon for the present head and for a proof that the log at the old head is its beginning. Prints the \
            present head, to be kept in place of the old one. Exits with 1 when the log is another.

            EXAMPLE
              berth audit follow head.json --key provider.key -o json > head-now.json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The head, as `berth audit head -o json` printed it.", completion: .file())
    var head: String

    @Option(
        help: ArgumentHelp("The public key, as `berth audit key` prints it, or a file with it.", valueName: "key"),
        completion: .file())
    var key: String

    func run() async throws {
        try await connection.run { client in
            let (publicKey, old) = try AuditFiles.read { (try AuditFiles.key(key), try AuditFiles.head(head)) }
            var tenant: String?
            if case .tenant(let name) = old.head.log { tenant = name }
            let answer = try await client.auditConsistency(from: Int(old.head.size), tenant: tenant)
            if let problem = problem(old, answer, publicKey) {
                throw CommandFailure(status: .failed, message: "The log is another than it was: \(problem).")
            }
            try output.print(AuditHeadAnswer(head: answer.head, publicKey: answer.publicKey)) { now in
                Terminal.standardOutput.write(
                    "The log \(now.head.log) of \(counted(now.head.size)) entries begins with the \(counted(Int(old.head.size))) "
                        + "that it had at \(Timestamp(epochSeconds: old.head.signedAt)).")
            }
        }
    }

    private func problem(_ old: SignedHead, _ answer: AuditConsistency, _ key: HeadKey) -> String? {
        guard key.hasSigned(old) else { return "the head that was kept is not signed with key \(key.id)" }
        guard let now = SignedHead(answer.head), key.hasSigned(now) else {
            return "its present head is not signed with key \(key.id)"
        }
        guard now.head.bookID == old.head.bookID, now.head.log == old.head.log else {
            return "its present head is of another book or log"
        }
        let path = answer.path.compactMap { MerkleHash(hex: $0) }
        let isBeginning =
            path.count == answer.path.count
            && MerkleProof.isConsistent(
                from: old.head.size, old.head.root, to: now.head.size, now.head.root, path: path)
        return isBeginning ? nil : "its present head does not follow from the one that was kept"
    }
}
