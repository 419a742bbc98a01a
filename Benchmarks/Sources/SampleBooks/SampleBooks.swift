// Books of a given size on the default fleet, made by the program's own rules.

public import FleetModel
import Foundation
public import Leasing
import Packing

/// Books to measure on. Making a large one takes a while, so its snapshot is kept for the next run.
public enum SampleBooks {
    /// When the books' time begins.
    public static let now: Int64 = 1_800_000_000
    public static let day: Int64 = 86_400
    /// Leases are spread over this many tenants.
    public static let tenantCount = 100

    /// The default fleet's file.
    public static let fleetPath = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("config/fleets/colossus.yaml").path

    public static let fleet: Fleet = {
        do {
            return try FleetFile.load(path: fleetPath, catalogue: try Catalogue.builtIn())
        } catch {
            fatalError("the default fleet is not readable: \(error)")
        }
    }()

    /// Entries that open a book and put its tenants.
    public static let openingCount = tenantCount + 1
    public static let bookID = String(repeating: "0", count: 32)

    /// The entries of a book with `leases` live leases of one GPU each, the opening ones first.
    ///
    /// They are decided once and kept in `BERTH_BENCHMARK_BOOKS`, or the temporary folder.
    public static func entries(leases: Int) -> [Entry] {
        let folder = ProcessInfo.processInfo.environment["BERTH_BENCHMARK_BOOKS"] ?? NSTemporaryDirectory()
        let path = "\(folder)/berth-benchmark-\(Entry.formatVersion)-\(max(leases, keptMin)).entries"
        var entries = EntryFile.read(path)
        if entries.isEmpty || !isOnThisFleet(entries) {
            entries = decided(leases: max(leases, keptMin))
            EntryFile.write(entries, to: path)
        }
        return Array(entries.prefix(openingCount + leases))
    }

    /// A book with `count` live leases of one GPU each.
    public static func leased(_ count: Int) -> Book {
        var book = Book()
        for entry in entries(leases: count) { book.apply(entry) }
        return book
    }

    /// Smaller books are the beginning of this one.
    private static let keptMin = 100_000

    private static func isOnThisFleet(_ entries: [Entry]) -> Bool {
        entries.first?.facts.contains { fact in
            if case .fleetAdopted(let source, _, _) = fact { return source == fleet.source }
            return false
        } ?? false
    }

    private static func decided(leases: Int) -> [Entry] {
        var book = Book()
        var entries = [change(&book, .open(bookID: bookID, secret: Array(0..<32), fleet: fleet)).entry!]
        for number in 0..<tenantCount {
            let command = Command.putTenant(name: tenant(number), quota: Quota(), description: "")
            entries.append(change(&book, command).entry!)
        }
        for number in 0..<leases {
            entries.append(change(&book, .requestLeases([oneGPU(number)], planTokens: [nil])).entry!)
        }
        return entries
    }

    public static func tenant(_ number: Int) -> String { "load-\(number % tenantCount)" }

    /// An order for one GPU, now, for the tenant whose turn it is.
    public static func oneGPU(_ number: Int) -> LeaseOrder {
        order([LeaseLine(name: "gpu", shape: .gpus(1), count: 1, models: [], within: nil)], tenant: tenant(number))
    }

    /// An order for one node from `start` on, nil for now, for ten days.
    public static func oneNode(from start: Int64? = nil) -> LeaseOrder {
        var order = order([LeaseLine(name: "node", shape: .node, count: 1, models: [], within: nil)], tenant: tenant(0))
        (order.start, order.end) = (start, (start ?? now) + 10 * day)
        return order
    }

    public static func order(_ lines: [LeaseLine], tenant: String, sites: [String] = []) -> LeaseOrder {
        LeaseOrder(
            tenant: tenant, contract: nil, label: nil, leaseClass: .standard, lines: lines, sites: sites, start: nil,
            end: now + 365 * day, cap: .percent(60), sparesPerDomain: 0)
    }

    public static var context: CommandContext {
        CommandContext(
            actor: Actor(name: "uid:1000 ada", role: "operator"), reason: "measuring", requestID: "r-0123456789abc",
            now: now)
    }

    /// Executes a command that is accepted.
    public static func change(_ book: inout Book, _ command: Command) -> (entry: Entry?, outcome: Outcome) {
        do {
            return try book.execute(command, context)
        } catch {
            fatalError("a sample book takes what it is made of: \(error)")
        }
    }
}
