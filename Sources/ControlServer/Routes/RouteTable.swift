// Every route. One file for each area beside this one.

import HTTPTypes

/// Routes about one thing.
struct RouteArea: Sendable {
    let name: String
    let summary: String
    let routes: [Route]
}

extension Route {
    static let areas = [
        RouteArea(name: "Leases", summary: "Asking for leases, reading and ending them.", routes: leases),
        RouteArea(
            name: "Changes of leases", summary: "Amendments, reclaims, splitting and transfers.", routes: leaseChanges),
        RouteArea(name: "Sub-leases", summary: "Leases that are let to other tenants.", routes: subleases),
        RouteArea(name: "Tenants", summary: "Tenants and cohorts, their polls and statements.", routes: tenants),
        RouteArea(name: "Tokens", summary: "Bearer tokens, for programs.", routes: tokens),
        RouteArea(name: "Contracts", summary: "Terms, and what needs a second operator.", routes: contracts),
        RouteArea(name: "Plans", summary: "What would be if.", routes: plans),
        RouteArea(name: "Hardware", summary: "Domains and nodes, maintenance, spares.", routes: hardware),
        RouteArea(name: "Faults", summary: "Reports of hardware that misbehaves.", routes: faults),
        RouteArea(name: "Power", summary: "Budgets and feeds.", routes: power),
        RouteArea(
            name: "Load targets", summary: "Ceilings in watts, and the orders that keep them.", routes: loadTargets),
        RouteArea(name: "Telemetry", summary: "What is drawn and will be.", routes: telemetry),
        RouteArea(name: "Events", summary: "What happens, as it happens.", routes: events),
        RouteArea(name: "Audit", summary: "The audit log, and who has read what.", routes: audit),
        RouteArea(name: "Service", summary: "The daemon itself.", routes: service),
    ]

    static let all: [Route] = areas.flatMap(\.routes)

    /// Methods that a path takes, as `Allow` has them.
    static func allow(at pattern: String, in routes: [Route]) -> String {
        routes.filter { $0.pattern == pattern }.map(\.method.rawValue).sorted().joined(separator: ", ")
    }
}
