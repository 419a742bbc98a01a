// A tenant's quota that is in the way of a request, also where something else is.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// The quota of an order's tenant, where it does not allow what was found for the order, or, where not all was found, the
    /// least that the order comes to on any hardware.
    func quotaObstacles(
        to sound: SoundOrder, _ outcome: PlacementOutcome, _ audience: Audience
    ) -> [Obstacle] {
        let order = sound.order
        guard let tenant = tenant(order.tenant), tenant.quota != Quota() else { return [] }
        let isOver: Bool
        if outcome.isComplete {
            let lines = sound.lines(of: sound.parts[0], holding: outcome.lines, in: fleet)
            isOver = (try? checkQuota(of: sound, sound.parts[0], lines)) == nil
        } else {
            let (gpus, watts) = leastNeed(of: order)
            isOver =
                (try? checkQuota(
                    of: order.tenant, order.leaseClass, gpus: gpus, watts: watts, over: sound.start..<order.end))
                == nil
        }
        return isOver ? quotaObstacles(tenant, over: sound.start..<order.end, audience) : []
    }

    /// A tenant's quota as an obstacle, and its cohort where it has one: how much that has left the provider alone is told.
    func quotaObstacles(_ tenant: Tenant, over window: Range<Int64>, _ audience: Audience) -> [Obstacle] {
        let own = quotaObstacle(tenant, over: window)
        guard let name = tenant.share.cohort, let state = cohortsByName[name] else { return [own] }
        var limits: [String] = []
        for resource in QuotaResource.allCases where tenant.quota[resource] != nil {
            let used = state.used[resource].peak(from: window.lowerBound, until: window.upperBound)
            guard let most = state.most(resource) else { continue }
            limits.append("\(resource.text(max(0, most - used))) of \(resource.text(most))")
        }
        let left =
            audience == .provider && !limits.isEmpty
            ? "cohort \(name) has \(limits.joined(separator: " and ")) left in this window"
            : "beyond its own quota it holds what cohort \(name) leaves idle"
        let message = left + ", which opportunistic leases alone may borrow"
        return [own, Obstacle(kind: .quota, name: name, from: nil, until: nil, message: message)]
    }

    /// What a tenant may hold and what it holds of that at the most in a window.
    func quotaObstacle(_ tenant: Tenant, over window: Range<Int64>) -> Obstacle {
        func peak(_ timeline: CommittedTimeline) -> Int64 {
            timeline.peak(from: window.lowerBound, until: window.upperBound)
        }
        var limits: [String] = []
        if let gpus = tenant.quota.gpus {
            let held = Int(peak(tenant.gpuTimeline))
            limits.append(
                "the quota is \(WattsText.grouped(gpus)) GPUs, of which \(WattsText.grouped(max(0, gpus - held))) are left"
            )
        }
        if let watts = tenant.quota.watts {
            let left = max(0, watts - peak(tenant.wattTimeline))
            limits.append(
                "the quota is \(WattsText.rounded(watts)) at the rack, of which \(WattsText.rounded(left)) are left")
        }
        return Obstacle(
            kind: .quota, name: tenant.name, from: nil, until: nil,
            message: limits.joined(separator: " and ") + " in this window")
    }

    /// GPUs and watts that an order comes to at least: of each line's units the smallest that it accepts, without what a
    /// node draws beside its GPUs. Instances and lines in megawatts count for nothing.
    private func leastNeed(of order: LeaseOrder) -> (gpus: Int, watts: Watts) {
        let kinds = UnitKinds(fleet, sites: order.sites)
        var (gpus, watts) = (0, Watts(0))
        for line in order.lines {
            let least = (kinds.gpuCounts(ofUnitsOf: line).first ?? 0) * line.count
            let caps = kinds.platforms.filter {
                (line.models.isEmpty || line.models.contains($0.gpu)) && order.cap.isLegal(on: $0)
            }.map { order.cap.watts(on: $0) }
            gpus += least
            watts += Watts(least) * (caps.min() ?? 0)
        }
        return (gpus, watts)
    }
}
