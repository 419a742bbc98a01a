// Refusals and failures, readably on stderr.

import ControlAPI
import ControlClient

/// What is printed when a call gave no answer.
struct ClientErrorReport {
    private let error: ClientError
    private let connectionWords: [String]
    private let choice: Daemon.Choice

    init(_ error: ClientError, connectionWords: [String], choice: Daemon.Choice) {
        self.error = error
        self.connectionWords = connectionWords
        self.choice = choice
    }

    func printToStandardError() {
        let terminal = Terminal.standardError
        for line in lines(inColour: terminal.usesColour) {
            // Commands are to be copied whole.
            let columnCount = line.hasPrefix("  berth ") ? nil : terminal.columnCount
            let indent = line.hasPrefix("  ") ? 4 : 0
            for line in WordWrap.lines(line, columnCount: columnCount, indent: indent) { terminal.write(line) }
        }
    }

    func lines(inColour: Bool) -> [String] {
        var lines: [String]
        switch error {
        case .refused(let problem, _):
            lines = ProblemReport(problem, connectionWords: connectionWords).lines(inColour: inColour)
        default: lines = [Style.bad.applied(to: "berth: \(error)", inColour: inColour)]
        }
        if let advice = error.advice { lines.append(advice) }
        if case .unreachable = error { lines.append(choice.advice) }
        return lines
    }
}

/// A problem as a person reads it: what, why, what is in the way, and what would be granted instead.
struct ProblemReport {
    let problem: Problem
    /// The options of the connection, for commands to be copied.
    let connectionWords: [String]

    init(_ problem: Problem, connectionWords: [String] = []) {
        self.problem = problem
        self.connectionWords = connectionWords
    }

    func lines(inColour: Bool) -> [String] {
        var lines = [Style.bad.applied(to: problem.title + ".", inColour: inColour), problem.detail]
        lines += blockerLines(problem.blockers ?? [], inColour: inColour)
        for offer in problem.counterOffers ?? [] {
            lines.append("")
            lines.append(
                Style.good.applied(to: "Would be granted (\(offer.kind.words)): ", inColour: inColour) + offer.message)
            lines.append(
                "  "
                    + LeaseCommandLine(offer.request, planToken: offer.planToken, connectionWords: connectionWords).text
            )
        }
        if problem.status >= 500, let requestId = problem.requestId { lines.append("Request id: \(requestId)") }
        return lines
    }
}

/// What is in the way, a line for each.
func blockerLines(_ blockers: [Blocker], title: String = "In the way:", inColour: Bool) -> [String] {
    guard !blockers.isEmpty else { return [] }
    return [Style.heading.applied(to: title, inColour: inColour)]
        + blockers.map { blocker in
            let window = [blocker.from.map { "from \($0)" }, blocker.until.map { "until \($0)" }]
                .compactMap(\.self).joined(separator: " ")
            let name = Style.attention.applied(to: blocker.name, inColour: inColour)
            return "  \(blocker.kind.rawValue) \(name)\(window.isEmpty ? "" : " " + window): \(blocker.message)"
        }
}

extension CounterOfferKind {
    var words: String {
        switch self {
        case .mostNow: "the most now"
        case .earliestStart: "the earliest start"
        case .lowerCap: "at a lower cap"
        case .smallerDomains: "in smaller domains"
        case .otherSites: "elsewhere"
        case .preempting: "others give way"
        }
    }
}
