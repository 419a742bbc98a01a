// berth nodes cordon, uncordon, drain, undrain, fault, service, repair, cleaned, validated

import ArgumentParser
import ControlAPI
import ControlClient
import Foundation

/// What the verbs take.
struct NodeVerbOptions: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(
        help: """
            Nodes by name, or all nodes of domains by path: a host list such as 'memphis-1-h1-b012-r1-n[1-8]' or \
            memphis-1/h1/b012. Quote it: shells know brackets too.
            """,
        completion: .custom(LiveNames.nodes))
    var nodes: String

    @Option(help: "Why, for the audit log.")
    var reason: String

    @Option(help: ArgumentHelp("Until when it is meant to last, as 2026-12-01.", valueName: "time"))
    var until: Timestamp?

    @Flag(help: "Show what would be done, and change nothing.")
    var dryRun = false

    @Flag(help: "Do not ask where many nodes are named.")
    var yes = false

    /// How many nodes are a slip of the hand rather than a rack: with more, the command asks.
    static let unaskedNodesMax = 64
}

/// A verb on nodes as a command.
protocol NodeVerbCommand: AsyncParsableCommand {
    static var verb: NodeVerb { get }
    var options: NodeVerbOptions { get }
}

extension NodeVerbCommand {
    static func verbConfiguration(_ abstract: String) -> CommandConfiguration {
        CommandConfiguration(
            commandName: verb.rawValue,
            abstract: abstract,
            discussion: """
                Asks first where more than \(NodeVerbOptions.unaskedNodesMax) nodes are named, unless --yes is given.

                EXAMPLE
                  berth nodes \(verb.rawValue) 'memphis-1-h1-b012-r1-n[1-8]' --reason "ticket 7"
                  berth nodes \(verb.rawValue) memphis-1/h1/b012 --dry-run --reason "ticket 8"
                  berth nodes \(verb.rawValue) memphis-1/h1/b012 --yes --reason "ticket 8"
                """)
    }

    func run() async throws {
        try await options.connection.run(options.output) { client in
            let request = NodeVerbRequest(nodes: options.nodes, reason: options.reason, until: options.until)
            if options.dryRun {
                let plan = try await client.apply(Self.verb, request, isDryRun: true)
                return try options.output.print(plan) { printed($0, isPlan: true, on: Terminal.standardOutput) }
            }
            if !options.yes { try await ask(request, client) }
            let answer = try await client.apply(Self.verb, request)
            try options.output.print(answer) { printed($0, isPlan: false, on: Terminal.standardOutput) }
        }
    }

    /// Has the person confirm what many nodes are about.
    private func ask(_ request: NodeVerbRequest, _ client: ControlClient) async throws {
        let plan = try await client.apply(Self.verb, request, isDryRun: true)
        guard plan.nodes > NodeVerbOptions.unaskedNodesMax else { return }
        let nodes = counted(plan.nodes, "node")
        let dialogue = try Dialogue.onTerminal(
            for: "\(Self.verb.rawValue) of \(nodes)", instead: "See what it does with --dry-run, and give --yes.")
        printed(plan, isPlan: true, on: Terminal.standardError)
        guard try dialogue.confirms("\(Self.verb.rawValue.capitalized) \(nodes)?") else {
            throw CommandFailure(status: .failed, message: "Nothing was changed.")
        }
    }

    private func printed(_ answer: NodeVerbAnswer, isPlan: Bool, on terminal: Terminal) {
        let gpus = answer.gpus.map { " with " + counted($0, "GPU") } ?? ""
        let end = isPlan ? "would be changed" : "changed, revision \(counted(answer.revision))"
        terminal.write("\(Self.verb.rawValue): \(counted(answer.nodes, "node"))\(gpus) \(end)")
        for replacement in answer.replaced ?? [] {
            terminal.write("  \(replacement.lease): \(replacement.to) replaces \(replacement.from)")
        }
        for lease in answer.degraded ?? [] {
            let words = "  \(lease) \(isPlan ? "would be" : "is") degraded"
            terminal.write(Style.attention.applied(to: words, inColour: terminal.usesColour))
        }
    }
}

struct NodesCordon: NodeVerbCommand {
    static let verb = NodeVerb.cordon
    static let configuration = verbConfiguration("Allow no new allocations on nodes.")
    @OptionGroup var options: NodeVerbOptions
}

struct NodesUncordon: NodeVerbCommand {
    static let verb = NodeVerb.uncordon
    static let configuration = verbConfiguration("Undo a cordon.")
    @OptionGroup var options: NodeVerbOptions
}

struct NodesDrain: NodeVerbCommand {
    static let verb = NodeVerb.drain
    static let configuration = verbConfiguration("Cordon nodes and wait until their holders have left.")
    @OptionGroup var options: NodeVerbOptions
}

struct NodesUndrain: NodeVerbCommand {
    static let verb = NodeVerb.undrain
    static let configuration = verbConfiguration("Undo a drain.")
    @OptionGroup var options: NodeVerbOptions
}

struct NodesFault: NodeVerbCommand {
    static let verb = NodeVerb.fault
    static let configuration = verbConfiguration("Report that nodes have failed.")
    @OptionGroup var options: NodeVerbOptions
}

struct NodesService: NodeVerbCommand {
    static let verb = NodeVerb.service
    static let configuration = verbConfiguration("Report that the repair of failed nodes has begun.")
    @OptionGroup var options: NodeVerbOptions
}

struct NodesRepair: NodeVerbCommand {
    static let verb = NodeVerb.repair
    static let configuration = verbConfiguration(
        "Report that failed nodes have been repaired; they are validated before they are used again.")
    @OptionGroup var options: NodeVerbOptions
}

struct NodesCleaned: NodeVerbCommand {
    static let verb = NodeVerb.cleaned
    static let configuration = verbConfiguration("Report that the cleaning of nodes has ended.")
    @OptionGroup var options: NodeVerbOptions
}

struct NodesValidated: NodeVerbCommand {
    static let verb = NodeVerb.validated
    static let configuration = verbConfiguration("Report that the validation of nodes has ended.")
    @OptionGroup var options: NodeVerbOptions
}
