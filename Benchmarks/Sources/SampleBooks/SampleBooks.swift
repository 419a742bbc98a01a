// Books of a given size on the default fleet, made by the program's own rules.

public import FleetModel
import Foundation
public import Leasing
public import Packing

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

    /// The book after its first start, with the tenants put and nothing leased.
    public static func empty() -> Book {
        var book = Book()
        _ = change(&book, .open(bookID: String(repeating: "0", count: 32), secret: Array(0..<32), fleet: fleet))
        for number in 0..<tenantCount {
            _ = change(&book, .putTenant(name: tenant(number), quota: Quota(), description: ""))
        }
        return book
    }

    /// A book with `count` live leases of one GPU each.
    public static func leased(_ count: Int) -> Book {
        guard count > 0 else { return empty() }
        let folder = ProcessInfo.processInfo.environment["BERTH_BENCHMARK_BOOKS"] ?? NSTemporaryDirectory()
        let path = folder + "/berth-benchmark-book-\(Entry.formatVersion)-\(count).snapshot"
        if let kept = FileManager.default.contents(atPath: path), let book = try? Book(snapshot: Array(kept)),
            book.fleet.source == fleet.source
        {
            return book
        }
        var book = empty()
        for number in 0..<count { _ = change(&book, .requestLeases([oneGPU(number)], planTokens: [nil])) }
        FileManager.default.createFile(atPath: path, contents: Data(book.snapshot()))
        return book
    }

    public static func tenant(_ number: Int) -> String { "tenant-\(number % tenantCount)" }

    /// An order for one GPU, now, for the tenant whose turn it is.
    public static func oneGPU(_ number: Int) -> LeaseOrder {
        order([LeaseLine(name: "gpu", shape: .gpus(1), count: 1, models: [], within: nil)], tenant: tenant(number))
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
