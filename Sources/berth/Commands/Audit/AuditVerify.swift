// berth audit verify

import ArgumentParser
import ControlAPI
import Foundation
import MerkleLog
import Simulation

struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check an audit log from a file alone, without a daemon.",
        discussion: """
            FILE is a book (book.sqlite), a backup, or an export. Every entry is hashed again; the chain, the tiles, and \
            every head in the file or given are compared, and the first entry that is wrong or missing is named. Without \
            --key, heads are checked with the key that the file itself names, which is no protection from whoever made \
            the file.

            Exits with 1 when something is wrong, and with 2 when the file cannot be read at all.

            EXAMPLE
              berth audit verify var/state/book.sqlite
              berth audit verify backup.sqlite --key provider.key --head head.json
              berth audit verify --proof proof.json --key provider.key
            """)

    @OptionGroup var output: OutputOptions

    @Argument(help: "A book, a backup or an export.", completion: .file())
    var file: String?

    @Option(
        name: .customLong("head"),
        help: ArgumentHelp("A head from elsewhere that must agree; may be given again.", valueName: "file"),
        completion: .file())
    var heads: [String] = []

    @Option(
        name: .customLong("key"),
        help: ArgumentHelp(
            "A public key as `berth audit key` prints it, or a file with it; may be given again.", valueName: "key"),
        completion: .file())
    var keys: [String] = []

    @Option(help: ArgumentHelp("Check this proof instead of a log.", valueName: "file"), completion: .file())
    var proof: String?

    func validate() throws {
        guard (file == nil) != (proof == nil) else {
            throw ValidationError("give a FILE to check, or --proof and a file")
        }
        guard proof == nil || (keys.count == 1 && heads.count <= 1) else {
            throw ValidationError("a proof is checked with one --key, and with at most one --head")
        }
    }

    func run() async throws {
        do {
            if let proof { try checkProof(proof) } else if let file { try checkLog(file) }
        } catch let failure as AuditFileError {
            Terminal.standardError.write("berth: \(failure.description)")
            throw ArgumentParser.ExitCode(ExitStatus.badRequest.rawValue)
        }
    }

    private func checkProof(_ path: String) throws {
        let check = ProofCheck(proof: try AuditFiles.decode(AuditProof.self, path))
        let key = try AuditFiles.key(keys[0])
        let problem = check.problem(key: key, known: try heads.first.map { try AuditFiles.head($0) })
        let head = check.proof.head
        let answer = ProofAnswer(
            holds: problem == nil, number: check.proof.number, log: head.log, size: head.size, keyId: key.id,
            problem: problem)
        try output.print(answer) { answer in
            let terminal = Terminal.standardOutput
            guard answer.holds else { return }
            for line in check.lines { terminal.write("  \(line)") }
            terminal.write(
                "The proof holds: entry \(answer.number) of \(counted(answer.size)) in the log \(answer.log), under a head "
                    + "signed with key \(answer.keyId) at \(head.signedAt).")
        }
        guard let problem else { return }
        Terminal.standardError.write("The proof does not hold: \(problem).")
        throw ArgumentParser.ExitCode(ExitStatus.failed.rawValue)
    }

    private func checkLog(_ path: String) throws {
        let (keys, heads) = (try keys.map(AuditFiles.key), try heads.map(AuditFiles.head))
        let report = try report(path, keys, heads)
        try output.print(LogCheckAnswer(report)) { $0.print() }
        guard let finding = report.findings.first else { return }
        let place = report.firstRevision.map { "at entry \($0)" } ?? "at no entry"
        Terminal.standardError.write(
            "\(path) is not what was written or signed, \(place) first: \(finding.problem).")
        throw ArgumentParser.ExitCode(ExitStatus.failed.rawValue)
    }

    private func report(_ path: String, _ keys: [HeadKey], _ heads: [SignedHead]) throws -> AuditReport {
        guard let start = FileHandle(forReadingAtPath: path)?.readData(ofLength: 64) else {
            throw AuditFileError(description: "\(path) cannot be read")
        }
        if ExportCheck.looksLike(Array(start)) {
            return try ExportCheck(try AuditFiles.bytes(path), path: path).run(keys: keys, heads: heads)
        }
        do {
            return try AuditVerification.verify(book: path, keys: keys, heads: heads)
        } catch {
            throw AuditFileError(description: "\(error)")
        }
    }
}

/// What a check of a proof says.
private struct ProofAnswer: Codable {
    var holds: Bool
    var number: Int
    var log: String
    var size: Int
    var keyId: String
    var problem: String?
}

/// What a check of a log says.
private struct LogCheckAnswer: Codable {
    struct Finding: Codable {
        var revision: Int?
        var problem: String
    }

    var bookId: String
    var epoch: Int
    var entries: Int
    var root: String
    var tiles: Int
    var heads: Int
    var keyIds: [String]
    /// How many of the entries are covered by a head that holds.
    var signedEntries: Int
    /// The first entry that is wrong or missing.
    var firstRevision: Int?
    var findings: [Finding]

    init(_ report: AuditReport) {
        bookId = report.bookID
        epoch = Int(report.epoch)
        entries = Int(report.size)
        root = report.root.hex
        tiles = report.tileCount
        heads = report.headCount
        keyIds = report.keyIDs.sorted()
        signedEntries = Int(report.signedSize)
        firstRevision = report.firstRevision.map(Int.init)
        findings = report.findings.map { Finding(revision: $0.revision.map(Int.init), problem: $0.problem) }
    }

    func print() {
        let terminal = Terminal.standardOutput
        terminal.write("book \(bookId), epoch \(epoch)")
        terminal.write("\(counted(entries)) entries, root \(root)")
        let keys = keyIds.isEmpty ? "" : " (key \(keyIds.joined(separator: ", ")))"
        terminal.write(
            "\(counted(tiles, "tile")) and \(counted(heads, "head")) agree\(keys); "
                + "\(counted(signedEntries)) entries are under a head"
        )
        for finding in findings {
            terminal.write("\(finding.revision.map { "entry \($0): " } ?? "")\(finding.problem)")
        }
    }
}
