// berth pack

import ArgumentParser
import ControlAPI
import FleetModel
import Foundation
import Packing

struct PackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Try the packing core by hand or on a trace, with no daemon.",
        discussion: """
            Reads requests from a file or standard input, one a line, and decides them one after the other on a fleet \
            of which nothing is leased at first. Prints what was given, how long each decision took, and how well the \
            fleet is packed at the end. Nothing is kept.

            \(PackSyntax.help)

            \(LineSyntax.help)

            EXAMPLE
              berth pack requests.txt
              echo 'lease block:4:H100 duration=30d cap=66%' | berth pack
              berth pack --fleet config/fleets/small.yaml --now 2027-01-01 \\
                --quiet requests.txt
            """)

    @Argument(
        help: ArgumentHelp("The requests; - or nothing is standard input.", valueName: "path"),
        completion: .file())
    var requests: String?

    @Option(
        help: ArgumentHelp("The fleet file.", valueName: "path"), completion: .file(extensions: ["yaml", "yml"]))
    var fleet = "config/fleets/colossus.yaml"

    @Option(
        help: ArgumentHelp(
            "When the requests begin, as 2027-01-01 or 2027-01-01T12:00:00Z. Default: the present.", valueName: "time"))
    var now: Timestamp?

    @Option(name: .shortAndLong, help: "How to print: a text or a JSON object for each line.")
    var output: PackFormat = .text

    @Option(
        name: .customLong("instruction-set"),
        help: "What scans are made with: baseline, avx2 or avx512. The answers are the same with each.",
        completion: .list(InstructionSet.allCases.map(\.rawValue)))
    var instructionSet = InstructionSet.widest.rawValue

    @Flag(name: .shortAndLong, help: "Print the summary only.")
    var quiet = false

    func validate() throws {
        guard InstructionSet(rawValue: instructionSet)?.isAvailable == true else {
            let available = InstructionSet.allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: ", ")
            throw ValidationError("this machine has no instruction set \(instructionSet); it has \(available).")
        }
    }

    func run() throws {
        do {
            try decideAll()
        } catch let failure as CommandFailure {
            Terminal.standardError.write(failure.message)
            if let advice = failure.advice { Terminal.standardError.write(advice) }
            throw ArgumentParser.ExitCode(failure.status.rawValue)
        }
    }

    private func decideAll() throws {
        let start = now?.epochSeconds ?? Int64(Date().timeIntervalSince1970)
        var session = PackSession(
            fleet: try loadedFleet(), now: start, instructionSet: InstructionSet(rawValue: instructionSet) ?? .widest)
        let input = try PackInput(path: requests == "-" ? nil : requests)
        let printer = PackPrinter(format: output)
        var progress = PackProgress(isShown: quiet || !Terminal.standardOutput.isInteractive)
        if input.isTyped {
            Terminal.standardError.write("Type requests, Ctrl-D to end; berth pack --help says how they are written.")
        }
        while let line = input.next() {
            do {
                let answer = try answer(line, input.lineNumber, &session)
                if !quiet, let answer { printer.print(answer) }
                progress.count(input)
            } catch {
                progress.clear()
                try tell(error, of: input)
            }
        }
        progress.clear()
        try input.checkEnd()
        printer.print(session.summary())
    }

    private func answer(
        _ line: String, _ lineNumber: Int, _ session: inout PackSession
    ) throws(LineSyntax.Fault) -> PackAnswer? {
        guard let step = try PackSyntax.parse(line) else { return nil }
        return try session.run(step, line: lineNumber)
    }

    /// A line that cannot be read ends a file; who types may try again.
    private func tell(_ fault: LineSyntax.Fault, of input: PackInput) throws {
        let message = "\(input.name):\(input.lineNumber): \(fault.description)"
        guard input.isTyped else {
            throw CommandFailure(
                status: .badRequest, message: message, advice: "How requests are written: berth pack --help")
        }
        Terminal.standardError.write(message)
    }

    private func loadedFleet() throws -> Fleet {
        do {
            return try FleetFile.load(path: fleet, catalogue: try Catalogue.builtIn())
        } catch {
            throw CommandFailure(
                status: .badRequest, message: error.description,
                advice: error.line == 0 ? "Name a fleet file with --fleet." : nil)
        }
    }
}

/// How `berth pack` prints: decisions come one by one, so each is a line of its own.
enum PackFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
