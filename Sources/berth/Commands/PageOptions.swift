// How much of a list to print.

import ArgumentParser
import ControlAPI
import ControlClient

/// The options of every command that lists.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Print at most this many.", valueName: "n"))
    var limit: Int = WireLimits.listLimitDefault

    @Flag(help: "Print all.")
    var all = false

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit is at least 1") }
    }

    /// Reads pages until there are no more, or enough; says on stderr when there would be more.
    func collect<Entry>(
        _ page: (Page) async throws -> (entries: [Entry], cursor: String?)
    ) async throws -> [Entry] {
        var entries: [Entry] = []
        var cursor: String?
        repeat {
            let wanted = all ? WireLimits.listLimitMax : min(limit - entries.count, WireLimits.listLimitMax)
            let next = try await page(Page(limit: wanted, cursor: cursor))
            entries += next.entries
            cursor = next.cursor
        } while cursor != nil && (all || entries.count < limit)
        if cursor != nil {
            Terminal.standardError.write("The first \(counted(entries.count)); there are more: --limit N or --all.")
        }
        return entries
    }
}
