// berth orders

import ArgumentParser
import ControlAPI
import ControlClient

struct OrdersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders",
        abstract: "Show the caps and stops that the actuator is to apply, and acknowledge them.",
        discussion: """
            Berth writes to no BMC itself: a program of yours reads these orders, applies them by their deadlines and \
            acknowledges them. An order that nobody has acknowledged at half of its notice is overdue.

            EXAMPLE
              berth orders
              berth orders ack o-12 o-13
            """,
        subcommands: [OrdersList.self, OrdersAck.self], defaultSubcommand: OrdersList.self)
}

struct OrdersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all orders that stand, in order of deadlines.",
        discussion: """
            EXAMPLE
              berth orders -o json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.orders()) { orderTable($0.orders).print() }
        }
    }
}

struct OrdersAck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack", abstract: "Say that the actuator has some orders.",
        discussion: """
            EXAMPLE
              berth orders ack o-12 o-13
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The orders.")
    var ids: [String]

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(output) { client in
            let orders = try await client.acknowledgeOrders(ids, reason: reason)
            try output.print(orders) { orderTable($0.orders.filter { ids.contains($0.id) }).print() }
        }
    }
}

/// Orders for people.
private func orderTable(_ orders: [OrderAnswer]) -> Table {
    var table = Table(
        .word("ORDER"), .word("ACTION"), .text("DEADLINE"), .text("CAP"), .word("LEASE"), .text("HARDWARE").optional,
        .word("TARGET").optional, .text("ACKNOWLEDGED"))
    for order in orders {
        let caps = order.capWattsPerGpu?.sorted.map { "\($0.name) \(counted($0.count)) W" }.joined(separator: ", ")
        let state = order.acknowledgedAt?.short ?? (order.overdue ? "overdue" : "-")
        table.add(
            .init(order.id), .init(order.action.rawValue), .init(order.deadline.short), .init(caps ?? "-"),
            .init(order.lease), .init(order.nodes.joined(separator: " ")), .init(order.loadTarget),
            .init(state, order.overdue && order.acknowledgedAt == nil ? .attention : .plain))
    }
    return table
}
