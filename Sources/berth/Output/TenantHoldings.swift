// What each tenant holds, in a table.

import ControlAPI
import ControlClient

/// One tenant and where its capacity is.
struct TenantHoldings {
    let tenant: TenantAnswer
    /// Paths of the halls in which it holds something, folded.
    let halls: [String]

    /// Reads the first tenants and where they are. One poll for each tenant with leases.
    static func collect(from client: ControlClient) async throws -> (holdings: [TenantHoldings], areMore: Bool) {
        let list = try await client.tenants(page: Page(limit: tenantsMax))
        var holdings: [TenantHoldings] = []
        for tenant in list.tenants {
            let paths = tenant.leases > 0 ? try await client.poll(tenant: tenant.name).allocation?.paths ?? [] : []
            holdings.append(TenantHoldings(tenant: tenant, halls: foldedHalls(of: paths)))
        }
        return (holdings, list.cursor != nil)
    }

    private static let tenantsMax = 50

    static func table(_ holdings: [TenantHoldings]) -> Table {
        var table = Table(
            .text("TENANT"), .number("LEASES"), .number("GPUS"), .number("RACK"), .number("METER"), .text("HALLS"))
        for entry in holdings {
            table.add(
                .init(entry.tenant.name), .init(counted(entry.tenant.leases)),
                .init(entry.tenant.holds.gpuColumn), .init(power(entry.tenant.holds.watts)),
                .init(entry.tenant.wattsAtMeter.map(power) ?? "-"),
                .init(entry.halls.isEmpty ? "-" : entry.halls.joined(separator: ", ")))
        }
        return table
    }

    /// The halls of allocation paths: their first two steps, each once.
    static func foldedHalls(of paths: [String]) -> [String] {
        var seen: Set<String> = []
        var halls: [String] = []
        for path in paths {
            let hall = DomainPath.steps(of: path).prefix(2).joined(separator: "/")
            for name in (try? HostList.expand(hall)) ?? [hall] where seen.insert(name).inserted { halls.append(name) }
        }
        return HostList.fold(halls)
    }
}

extension TenantAllocation {
    /// All paths of live leases.
    fileprivate var paths: [String] { leases.filter { !$0.state.isOver }.flatMap(\.allocation) }
}
