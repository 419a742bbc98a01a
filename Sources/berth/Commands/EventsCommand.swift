// berth events

import ArgumentParser
import ControlAPI
import ControlClient

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "What happens: accepted changes as a stream, in order and without gaps.",
        discussion: """
            Without --follow: what has happened after --after, from the first change. With it: what happens from now on, or \
            after --after, without end; a daemon that goes away is waited for, and nothing is missed or told twice. A \
            tenant sees its own changes, counted by themselves. With -o json each change is one line.

            EXAMPLE
              berth events --follow
              berth events --after 1200 --kind lease. --kind notice.served
              berth events --tenant acme --follow -o json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Flag(name: .shortAndLong, help: "Wait for what comes, without end.")
    var follow = false

    @Option(
        help: ArgumentHelp(
            "Only changes after this one; with its epoch, as in 1-42, where that is known.", valueName: "n"))
    var after: String?

    @Option(help: "Only what is about this tenant.")
    var tenant: String?

    @Option(
        name: .customLong("kind"),
        help: ArgumentHelp("Only this kind, or kinds that begin so; may be given again.", valueName: "kind"))
    var kinds: [String] = []

    @Option(help: ArgumentHelp("End after so many changes.", valueName: "n"))
    var limit: Int?

    func validate() throws {
        guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit is at least 1") }
    }

    func run() async throws {
        try await connection.run(output) { client in
            var reading = EventReading(after: after, left: limit)
            var outage = Outage()
            while true {
                do {
                    try await read(client, &reading) { outage.end() }
                    guard follow, reading.left != 0 else { return }
                } catch ClientError.unreachable(_, let cause) where follow && reading.hasAnswered {
                    outage.tell(cause)
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Reads one stream to its end.
    ///
    /// - Parameter hasAnswered: called when the daemon answers.
    private func read(
        _ client: ControlClient, _ reading: inout EventReading, hasAnswered: () -> Void
    ) async throws {
        let request = EventRequest(
            after: reading.after, follows: follow, limit: reading.left, tenant: tenant, kinds: kinds)
        try await client.events(request) { line in
            hasAnswered()
            switch line {
            case .change(let change):
                reading.note(change)
                try show(change)
            case .bookmark(let bookmark):
                reading.note(bookmark)
                if let why = bookmark.ends { Terminal.standardError.write("the stream ended: \(why)") }
            }
        }
    }

    private func show(_ change: ChangeLine) throws {
        switch output.output {
        case .json: Terminal.standardOutput.write(bytes: CanonicalJSON.encode(change) + [UInt8(ascii: "\n")])
        case .yaml:
            Terminal.standardOutput.write("---")
            try output.print(change) { _ in }
        case .table: printRows(change)
        }
    }

    private func printRows(_ change: ChangeLine) {
        let terminal = Terminal.standardOutput
        let number = counted(change.revision ?? change.number ?? 0)
        let who = change.actor ?? change.role
        for (place, event) in change.events.enumerated() {
            let place = place == 0 ? "\(change.at)  \(number)" : "  "
            let kind = Style.heading.applied(to: event.kind, inColour: terminal.usesColour)
            terminal.write("\(place)  \(kind)  \(event.what)\(event.figures)")
        }
        let reason = change.reason.map { ": \($0)" } ?? ""
        terminal.write(Style.quiet.applied(to: "    by \(who)\(reason)", inColour: terminal.usesColour))
    }
}

/// How far a reader has come, over one stream or several.
private struct EventReading {
    /// Where the next stream goes on.
    private(set) var after: String?
    /// Changes that are still asked for; nil for no end.
    private(set) var left: Int?
    private(set) var hasAnswered = false
    private var epoch: Int?

    init(after: String?, left: Int?) {
        self.after = after
        self.left = left
    }

    mutating func note(_ change: ChangeLine) {
        left = left.map { max(0, $0 - 1) }
        move(to: change.revision ?? change.number ?? 0)
    }

    mutating func note(_ bookmark: BookmarkLine) {
        hasAnswered = true
        epoch = bookmark.epoch
        move(to: bookmark.bookmark)
    }

    private mutating func move(to number: Int) { after = (epoch.map { "\($0)-" } ?? "") + "\(number)" }
}

extension ChangeEvent {
    /// The figures that a person looks for, in one line after the words.
    fileprivate var figures: String {
        var parts: [String] = []
        if let gpus { parts.append(counted(gpus, "GPU")) }
        if let watts { parts.append(power(watts)) }
        if let nodes, !nodes.isEmpty { parts.append(nodes.joined(separator: ",")) }
        if let start { parts.append("from \(start)") }
        if let end { parts.append("until \(end)") }
        if let deadline { parts.append("by \(deadline)") }
        return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }
}
