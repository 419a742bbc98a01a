// Leases by id or by label.

import ArgumentParser
import ControlAPI
import ControlClient

/// The argument of every command on one lease.
struct LeaseReference: ParsableArguments {
    @Argument(help: "The lease's id (l-…), its label, or TENANT/LABEL.", completion: .custom(LiveNames.leases))
    var lease: String

    /// The id: looked for among live leases when it is a label.
    func id(_ client: ControlClient) async throws -> String { try await Self.id(of: lease, client) }

    /// The id of a lease by id, label or TENANT/LABEL.
    static func id(of lease: String, _ client: ControlClient) async throws -> String {
        if lease.hasPrefix("l-") { return lease }
        let parts = lease.split(separator: "/", maxSplits: 1).map(String.init)
        let tenant = parts.count == 2 ? parts[0] : nil
        let label = parts.last ?? lease
        let live = try await liveLeases(of: tenant, client)
        let found = live.filter { $0.label == label }
        switch found.count {
        case 1: return found[0].id
        case 0:
            let nearest = nearestSpelling(of: label, among: live.compactMap(\.label))
            throw CommandFailure(
                status: .notFound,
                message:
                    "There is no live lease with the label \"\(lease)\".\(nearest.map { " Did you mean \($0)?" } ?? "")",
                advice: "See: berth lease list")
        default:
            throw CommandFailure(
                status: .badRequest, message: "Several live leases have the label \"\(lease)\":",
                advice: found.map { "  \($0.tenant)/\(lease)  \($0.id)" }.joined(separator: "\n"))
        }
    }

    private static func liveLeases(of tenant: String?, _ client: ControlClient) async throws -> [LeaseAnswer] {
        var found: [LeaseAnswer] = []
        var cursor: String?
        repeat {
            let list = try await client.leases(
                tenant: tenant, page: Page(limit: WireLimits.listLimitMax, cursor: cursor))
            found += list.leases.filter { !$0.state.isOver }
            cursor = list.cursor
        } while cursor != nil
        return found
    }
}
