// berth inventory

import ArgumentParser
import ControlAPI
import ControlClient
import FleetModel

struct InventoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory",
        abstract: "Compare the book with what is reported to be there.",
        discussion: """
            EXAMPLE
              berth inventory diff found.csv
            """,
        subcommands: [InventoryDiff.self])
}

struct InventoryDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show where the machines are not as the book has them.",
        discussion: """
            Reads a row for each GPU: CSV with the columns node, module, uuid, model (or name) and watts (or power.draw), \
            JSON with the same fields, or a folder with the file NODE.csv of each node as nvidia-smi writes it:
              nvidia-smi --query-gpu=uuid,name,power.draw --format=csv > NODE.csv

            Found are nodes and modules that the fleet has not, missing GPUs, other models, UUIDs that stand twice, are not \
            those of the book or were elsewhere in an earlier inventory, nodes in no lease that draw more than idle ones, \
            and nodes in a lease that draw nothing.

            Exit code 0: no difference; 1: differences.

            EXAMPLE
              berth inventory diff found.csv
              berth inventory diff today/ --earlier yesterday/ -o json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The inventory: a file, or a folder with one for each node.", completion: .file())
    var found: String

    @Option(help: ArgumentHelp("An inventory of before, for UUIDs that have moved.", valueName: "path"))
    var earlier: String?

    @Flag(help: "Ask the book for UUIDs, which reads every lease's allocation.")
    var uuids = false

    @Option(help: ArgumentHelp("How much over idle a free node may draw, in percent.", valueName: "percent"))
    var margin = 25

    func validate() throws {
        guard (0...1_000).contains(margin) else { throw ValidationError("--margin is 0 to 1000.") }
    }

    func run() async throws {
        try await connection.run(output) { client in
            let found = try Inventory(path: self.found)
            let earlier = try self.earlier.map { try Inventory(path: $0) }
            var platforms: [String: Platform] = [:]
            for platform in try Catalogue.builtIn().platforms { platforms[platform.name] = platform }
            let report = InventoryReport(
                found, against: try await book(client), platforms: platforms, earlier: earlier, marginPercent: margin)
            try output.print(report) { print($0) }
            if !report.differences.isEmpty { throw ArgumentParser.ExitCode(ExitStatus.failed.rawValue) }
        }
    }

    /// Every node of the fleet.
    private func book(_ client: ControlClient) async throws -> [String: BookedNode] {
        var nodes: [String: BookedNode] = [:]
        var cursor: String?
        repeat {
            let list = try await client.nodes(page: Page(limit: WireLimits.listLimitMax, cursor: cursor))
            for node in list.nodes {
                let isOpen = [.free, .held, .assigned].contains(node.state)
                nodes[node.name] = BookedNode(
                    platform: node.platform, holders: node.holders ?? node.holder.map { [$0] } ?? [], isClosed: !isOpen)
            }
            cursor = list.cursor
        } while cursor != nil
        guard uuids else { return nodes }
        // A holder is a tenant with its lease.
        let leases = Set(
            nodes.values.flatMap(\.holders).flatMap { $0.split(separator: " ") }.filter { $0.hasPrefix("l-") })
        for lease in leases.map(String.init).sorted() {
            for node in try await client.allocation(of: lease).nodes {
                for gpu in node.gpus { nodes[node.node]?.uuids[gpu.module] = gpu.uuid }
            }
        }
        return nodes
    }

    private func print(_ report: InventoryReport) {
        if !report.differences.isEmpty {
            var table = Table(
                .text("WHAT"), .word("NODE"), .word("MODULE").optional, .word("LEASE").optional, .word("UUID").optional,
                .text("DETAIL"))
            for item in report.differences {
                table.add(
                    .init(item.kind.title), .init(item.node), .init(item.module.map(String.init) ?? "-"),
                    .init(item.lease ?? "-"), .init(item.uuid ?? "-"), .init(item.detail))
            }
            table.print()
        }
        let terminal = Terminal.standardOutput
        terminal.write(
            "\(counted(report.differences.count, "difference")) in \(counted(report.nodes, "node")) with "
                + "\(counted(report.gpus, "GPU")); of \(counted(report.nodesNotReported, "node")) nothing was reported."
        )
        if report.uuidsNotKnown > 0 {
            terminal.write("\(counted(report.uuidsNotKnown, "UUID")) not known to the book.")
        }
    }
}
