// berth domains

import ArgumentParser
import ControlAPI
import ControlClient

struct DomainsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domains",
        abstract: "Show the topology: GPUs by use, and the largest shape free.",
        discussion: """
            EXAMPLE
              berth domains --level hall
              berth domains --level rack --within memphis-2/h1 --all
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: PageOptions

    @Option(help: "Only domains of this level.")
    var level: TopologyLevel?

    @Option(
        help: ArgumentHelp("Only domains within this one.", valueName: "path"), completion: .custom(LiveNames.domains))
    var within: String?

    func run() async throws {
        try await connection.run(output) { client in
            let domains = try await pages.collect { page in
                let list = try await client.domains(level: level, within: within, page: page)
                return (list.domains, list.cursor)
            }
            try output.print(DomainList(domains: domains)) { table($0.domains).print() }
        }
    }

    private func table(_ domains: [DomainAnswer]) -> Table {
        var table = Table(
            .word("DOMAIN"), .word("LEVEL").optional, .text("PLATFORM").optional, .number("GPUS"), .number("FREE"),
            .number("LEASED"), .number("HELD"), .number("FAULTY"), .text("LARGEST FREE"))
        for domain in domains {
            let largest = domain.largestShapeFree.map { "\($0.shape.rawValue) (\(counted($0.gpus, "GPU")))" }
            table.add(
                .init(domain.path), .init(domain.level.rawValue), .init(domain.platform ?? "-"),
                .init(counted(domain.gpus.total)), .init(counted(domain.gpus.free)),
                .init(counted(domain.gpus.leased)), .init(counted(domain.gpus.held)),
                .init(counted(domain.gpus.faulty), domain.gpus.faulty > 0 ? .bad : .plain), .init(largest ?? "-"))
        }
        return table
    }
}
