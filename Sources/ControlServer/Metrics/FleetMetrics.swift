// The fleet and its leases as metrics. The number of series is bounded: sites × models, and the largest tenants.

import FleetModel
import Leasing
import Packing
import Scheduling

extension MetricsText {
    /// Tenants that are told apart: those that hold most GPUs.
    static let tenantsMax = 100

    /// GPUs and whole units of each site.
    mutating func addSites(_ view: PublishedView, at now: Int64) {
        let (fleet, reports) = (view.book.fleet, view.siteReports(at: now))
        family("berth_gpus", .gauge, "GPUs by site, model and what they are used for.")
        for (site, packing) in zip(fleet.sites, reports) {
            for (model, counts) in Self.byModel(packing, fleet) {
                for (use, count) in [
                    ("free", counts.free), ("leased", counts.leased), ("held", counts.held), ("faulty", counts.faulty),
                ] { sample("berth_gpus", ["site": site.name, "model": model, "use": use], count) }
            }
        }
        func each(_ name: String, _ help: String, _ value: (PackingReport) -> Int) {
            family(name, .gauge, help)
            for (site, packing) in zip(fleet.sites, reports) {
                sample(name, ["site": site.name], value(packing.report))
            }
        }
        each("berth_gpus_stranded", "Free GPUs that no watts are left for, even at their lowest cap.") {
            $0.strandedGPUs
        }
        each("berth_stranded_watts", "Watts at the meter that all free GPUs at their highest cap could not use.") {
            Int($0.strandedWatts)
        }
        each("berth_whole_blocks_free", "Blocks that are free as a whole.") { $0.wholeBlocksLeft }
        each("berth_whole_nvl72_free", "NVL72 racks that are free as a whole.") { $0.wholeNVL72Left }
        each("berth_whole_nodes_free", "Nodes that are free as a whole.") { $0.wholeNodesLeft }
        addPlaceable(view, at: now)
    }

    private static func byModel(_ packing: SitePacking, _ fleet: Fleet) -> [(model: String, counts: GPUCounts)] {
        var result: [(model: String, counts: GPUCounts)] = []
        for (platform, counts) in zip(fleet.platforms, packing.gpusByPlatform) where counts.total > 0 {
            if let place = result.firstIndex(where: { $0.model == platform.gpu }) {
                result[place].counts += counts
            } else {
                result.append((platform.gpu, counts))
            }
        }
        return result
    }

    private mutating func addPlaceable(_ view: PublishedView, at now: Int64) {
        let (book, fleet) = (view.book, view.book.fleet)
        let sites = fleet.sites.indices.map { Placeable.shapes(ofSite: $0, in: book, at: now) }
        family(
            "berth_placeable", .gauge, "1 when a site has hardware and watts for one more of a shape now, else 0.")
        for (site, shapes) in zip(fleet.sites, sites) {
            for item in shapes {
                sample("berth_placeable", ["site": site.name, "shape": item.shape], item.gpus > 0 ? 1 : 0)
            }
        }
        family("berth_largest_placeable_gpus", .gauge, "GPUs of the largest shape that a site has room for now.")
        for (site, shapes) in zip(fleet.sites, sites) {
            sample("berth_largest_placeable_gpus", ["site": site.name], shapes.map(\.gpus).max() ?? 0)
        }
    }

    /// Leases by state, and those that get less than they were promised.
    mutating func addLeases(_ book: Book, at now: Int64) {
        family("berth_leases", .gauge, "Leases and their further parts, by state.")
        for state in LeaseState.allCases {
            sample("berth_leases", ["state": state.name], book.leaseCount(in: state))
        }
        let degraded = book.degradedLeases(at: now)
        single("berth_leases_degraded", .gauge, "Leases with members that are down.", degraded.count)
        single(
            "berth_leases_replacement_overdue", .gauge,
            "Leases with a member that has been down for longer than their contracts allow.", degraded.overdue)
    }

    /// What tenants hold.
    mutating func addTenants(_ book: Book, at now: Int64) {
        var holdings = book.tenantNames.compactMap { name -> (name: String, gpus: Int64, watts: Watts)? in
            guard let tenant = book.tenant(name) else { return nil }
            let gpus = tenant.gpuTimeline.peak(from: now, until: now + 1)
            return (name, gpus, tenant.wattTimeline.peak(from: now, until: now + 1))
        }
        let count = holdings.count
        holdings.sort { ($1.gpus, $1.watts, $0.name) < ($0.gpus, $0.watts, $1.name) }
        let (largest, others) = (holdings.prefix(Self.tenantsMax), holdings.dropFirst(Self.tenantsMax))
        single("berth_tenants", .gauge, "Tenants.", count)
        family(
            "berth_tenant_gpus", .gauge,
            "GPUs that a tenant's leases hold now, as its quota counts them; of the \(Self.tenantsMax) largest tenants."
        )
        for tenant in largest { sample("berth_tenant_gpus", ["tenant": tenant.name], tenant.gpus) }
        family(
            "berth_tenant_watts", .gauge,
            "Watts at the rack that a tenant's leases hold now; of the \(Self.tenantsMax) largest tenants.")
        for tenant in largest { sample("berth_tenant_watts", ["tenant": tenant.name], tenant.watts) }
        single(
            "berth_other_tenants_gpus", .gauge, "GPUs that the leases of all other tenants hold now.",
            others.reduce(0) { $0 + $1.gpus })
        single(
            "berth_other_tenants_watts", .gauge, "Watts at the rack that the leases of all other tenants hold now.",
            others.reduce(0) { $0 + $1.watts })
    }
}
