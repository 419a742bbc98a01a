// berth nodes list

import ArgumentParser
import ControlAPI
import ControlClient

struct NodesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List nodes with their state and holder.",
        discussion: """
            EXAMPLE
              berth nodes list --within memphis-2/h1/r001
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: PageOptions

    @Option(help: "Only nodes in this state.")
    var state: NodeState?

    @Option(
        help: ArgumentHelp("Only nodes within this domain.", valueName: "path"), completion: .custom(LiveNames.domains))
    var within: String?

    func run() async throws {
        try await connection.run(output) { client in
            let nodes = try await pages.collect { page in
                let list = try await client.nodes(state: state, within: within, page: page)
                return (list.nodes, list.cursor)
            }
            try output.print(NodeList(nodes: nodes)) { table($0.nodes).print() }
        }
    }

    private func table(_ nodes: [NodeAnswer]) -> Table {
        var table = Table(
            .word("NODE"), .text("DOMAIN").optional, .text("PLATFORM").optional, .word("STATE"), .number("FREE"),
            .text("HOLDER"), .word("SINCE").optional, .word("UNTIL").optional, .text("BY").optional, .text("REASON"))
        for node in nodes {
            let holders = node.holders?.joined(separator: ",") ?? node.holder
            table.add(
                .init(node.name), .init(node.domain), .init(node.platform),
                .init(node.state.rawValue, node.state.style),
                .init(counted(node.gpusFree)), .init(holders ?? "-"), .init(node.since?.short ?? "-"),
                .init(node.until?.short ?? "-"),
                .init(node.by ?? "-"), .init(node.reason ?? "-"))
        }
        return table
    }
}

extension NodeState {
    fileprivate var style: Style {
        switch self {
        case .free, .assigned: .plain
        case .held, .cleaning, .validating: .quiet
        case .cordoned, .draining, .drained, .maintenance: .attention
        case .faulty, .repair: .bad
        }
    }
}
