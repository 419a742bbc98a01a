// What berth budgets fail and restore have in common.

import ArgumentParser
import ControlAPI

struct FeedOptions: ParsableArguments {
    @Argument(help: "The budget domain.", completion: .custom(LiveNames.budgets))
    var name: String

    @Option(help: ArgumentHelp("A source of the domain, not the domain itself.", valueName: "name"))
    var source: String?

    @Option(help: "Why, for the audit log.")
    var reason: String
}

extension FeedAnswer {
    /// What was done, in lines.
    func print(_ verb: String) {
        let terminal = Terminal.standardOutput
        terminal.write("\(counted(nodes, "node")) \(verb).")
        if let replaced { terminal.write("\(counted(replaced.count, "node")) replaced in leases.") }
        if let degraded { terminal.write("Degraded: " + degraded.joined(separator: ", ")) }
        printFailures(failedFeeds)
        for target in loadTargets ?? [] {
            terminal.write("")
            LoadTargetDetail(target).print(to: terminal)
        }
    }
}

/// A line for each feed that has failed.
func printFailures(_ failures: [FailedFeed]) {
    let terminal = Terminal.standardOutput
    for failure in failures {
        let name = failure.source.map { "source \($0) of \(failure.budget)" } ?? "feed \(failure.budget)"
        var words = "\(name) has failed since \(failure.since): \(failure.reason)"
        if let carried = failure.racksCarried, let dark = failure.racksDark {
            words += "; \(counted(carried, "rack")) without redundancy, \(counted(dark, "rack")) dark"
        }
        if let left = failure.firmWattsLeft { words += "; firm sources left: \(power(left))" }
        terminal.write(Style.bad.applied(to: words, inColour: terminal.usesColour))
    }
}
