// berth load-target

import ArgumentParser

struct LoadTargetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load-target",
        abstract: "Put a ceiling on what a budget domain draws, and see how it is met.",
        discussion: """
            A load target is met by the site's own sources first (batteries and turbines, cheapest first), then by lowering \
            leases tier by tier, tier 1 first, within their terms. An economic target stops there and says what it cannot \
            meet; a physical one goes on beyond the terms, as a recorded breach. The least of all that are live holds.

            EXAMPLE
              berth load-target set memphis-1-meter grid-call --reduce 60MW \\
                --start +30m --for 3h --reason "call from the grid" --dry-run
              berth load-target list
              berth load-target remove memphis-1-meter grid-call --reason "call withdrawn"
            """,
        subcommands: [
            LoadTargetSet.self, LoadTargetListCommand.self, LoadTargetShow.self, LoadTargetRemove.self,
            LoadTargetApply.self,
        ])
}
