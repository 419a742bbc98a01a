// berth plan fail-feed, load-target and release: plans of one command.

import ArgumentParser
import ControlAPI

struct PlanFailFeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fail-feed",
        abstract: "Plan the loss of a feed, or of a source of a root.",
        discussion: """
            EXAMPLE
              berth plan fail-feed memphis-1-h1-msb
              berth plan fail-feed memphis-1-meter --source grid
            """)

    @OptionGroup var plan: PlanOptions

    @Argument(help: "The budget domain; berth budgets lists them.", completion: .custom(LiveNames.budgets))
    var name: String

    @Option(help: ArgumentHelp("A source of the domain, not the domain itself.", valueName: "name"))
    var source: String?

    func run() async throws {
        try await plan.connection.run(plan.output) { client in
            try await plan.run(
                PlanRequest(commands: [PlanCommand(failFeed: PlanFeed(budget: name, source: source))], at: plan.at),
                client)
        }
    }
}

struct PlanLoadTargetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load-target",
        abstract: "Plan a load target: what it curtails, spends and leaves unmet.",
        discussion: """
            EXAMPLE
              berth plan load-target memphis-1-meter grid-call --reduce 60MW --for 3h
            """)

    @OptionGroup var plan: PlanOptions
    @OptionGroup var target: LoadTargetOptions

    func validate() throws { try target.validate() }

    func run() async throws {
        try await plan.connection.run(plan.output) { client in
            let request = target.request(reason: plan.reason ?? "a plan")
            let command = PlanCommand(loadTarget: PlanLoadTarget(request, id: target.id, on: target.budget))
            try await plan.run(PlanRequest(commands: [command], at: plan.at), client)
        }
    }
}

struct PlanReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Plan the release of a lease.",
        discussion: """
            EXAMPLE
              berth plan release acme/training
            """)

    @OptionGroup var plan: PlanOptions
    @OptionGroup var reference: LeaseReference

    func run() async throws {
        try await plan.connection.run(plan.output) { client in
            let command = PlanCommand(release: PlanRelease(lease: try await reference.id(client)))
            try await plan.run(PlanRequest(commands: [command], at: plan.at), client)
        }
    }
}
