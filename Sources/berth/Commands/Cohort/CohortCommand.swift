// berth cohort

import ArgumentParser
import ControlAPI
import ControlClient

struct CohortCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cohort",
        abstract: "Let tenants lend each other the quota that they do not use.",
        discussion: """
            A tenant of a cohort may hold more than its quota while others of the cohort leave theirs idle, with \
            opportunistic leases: those give way when it is wanted back.

            EXAMPLE
              berth cohort set research --gpus 512
              berth cohort set vision --parent research --borrow-gpus 1024
              berth tenant set acme --gpus 4096 --cohort vision --lend-gpus 2048
              berth cohort list
            """,
        subcommands: [CohortListCommand.self, CohortShow.self, CohortSet.self, CohortRemove.self])
}

struct CohortListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List cohorts with what they have and what is used of it.",
        discussion: """
            EXAMPLE
              berth cohort list
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: PageOptions

    func run() async throws {
        try await connection.run(output) { client in
            let cohorts = try await pages.collect { page in
                let list = try await client.cohorts(page: page)
                return (list.cohorts, list.cursor)
            }
            try output.print(CohortList(cohorts: cohorts)) { cohortTable($0.cohorts).print() }
        }
    }
}

struct CohortShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one cohort and its members.",
        discussion: """
            EXAMPLE
              berth cohort show research
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The cohort.", completion: .custom(LiveNames.cohorts))
    var name: String

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.cohort(name)) { cohort in
                cohortTable([cohort]).print()
                if !cohort.tenants.isEmpty {
                    Terminal.standardOutput.write("tenants  " + cohort.tenants.joined(separator: ", "))
                }
                if !cohort.cohorts.isEmpty {
                    Terminal.standardOutput.write("cohorts  " + cohort.cohorts.joined(separator: ", "))
                }
            }
        }
    }
}

struct CohortSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "State what a cohort is, whether or not it is there.",
        discussion: """
            The whole cohort is stated: a limit that is left out is none, and without --gpus and --watts it has what \
            its members lend and nothing more. Members join with `berth tenant set --cohort` and --parent.

            EXAMPLE
              berth cohort set vision --parent research --borrow-gpus 1024
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var limits: LendingOptions

    @Argument(help: "The cohort.", completion: .custom(LiveNames.cohorts))
    var name: String

    @Option(help: ArgumentHelp("The cohort that it belongs to.", valueName: "cohort"))
    var parent: String?

    @Option(help: ArgumentHelp("GPUs beside those that its members lend.", valueName: "count"))
    var gpus: Int?

    @Option(help: ArgumentHelp("Watts at the rack beside those, as 6MW.", valueName: "power"), transform: readWatts)
    var watts: Int?

    @Option(help: "What it is.")
    var description: String?

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(output) { client in
            let specification = CohortSpecification(
                parent: parent, quota: QuotaSpecification?(gpus, watts), borrowingLimit: limits.borrowing,
                lendingLimit: limits.lending, description: description, reason: reason)
            try output.print(try await client.setCohort(name, to: specification)) { cohortTable([$0]).print() }
        }
    }
}

struct CohortRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a cohort without members.",
        discussion: """
            EXAMPLE
              berth cohort remove vision --reason "merged into research"
            """)

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The cohort.", completion: .custom(LiveNames.cohorts))
    var name: String

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run { client in
            try await client.removeCohort(name, reason: reason)
            Terminal.standardError.write("cohort \(name) removed")
        }
    }
}

/// How much is lent either way.
struct LendingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The most GPUs beyond its own; left out: all that there is.", valueName: "count"))
    var borrowGpus: Int?

    @Option(
        help: ArgumentHelp("The most watts at the rack beyond its own, as 6MW.", valueName: "power"),
        transform: readWatts)
    var borrowWatts: Int?

    @Option(help: ArgumentHelp("The most of its GPUs that others may use; left out: all.", valueName: "count"))
    var lendGpus: Int?

    @Option(
        help: ArgumentHelp("The most of its watts that others may use, as 6MW.", valueName: "power"),
        transform: readWatts)
    var lendWatts: Int?

    var borrowing: QuotaSpecification? { QuotaSpecification?(borrowGpus, borrowWatts) }
    var lending: QuotaSpecification? { QuotaSpecification?(lendGpus, lendWatts) }
}

extension QuotaSpecification? {
    /// Nil where neither is limited.
    init(_ gpus: Int?, _ watts: Int?) {
        self = gpus == nil && watts == nil ? nil : QuotaSpecification(gpus: gpus, watts: watts)
    }
}

/// Cohorts, a row each.
private func cohortTable(_ cohorts: [CohortAnswer]) -> Table {
    var table = Table(
        .text("COHORT"), .text("PARENT"), .number("MEMBERS"), .number("USED"), .number("GPUS"), .number("USED"),
        .number("RACK"), .text("DESCRIPTION"))
    for cohort in cohorts {
        // Of what no member has a quota for there is nothing to lend.
        func amount(_ value: Int?, _ text: (Int) -> String) -> String { value.map { $0 == 0 ? "-" : text($0) } ?? "-" }
        table.add(
            .init(cohort.name), .init(cohort.parent ?? "-"),
            .init(counted(cohort.tenants.count + cohort.cohorts.count)),
            .init(amount(cohort.used.gpus) { counted($0) }),
            .init(amount(cohort.capacity.gpus) { counted($0) }), .init(amount(cohort.used.watts, power)),
            .init(amount(cohort.capacity.watts, power)), .init(cohort.description ?? ""))
    }
    return table
}
