// How many GPUs of a site are leased over time, from the calendar.

public import FleetModel
import Packing

extension Book {
    /// GPUs of one site that leases hold as a whole, as changes at moments in the order of time; MIG instances are in no
    /// count of GPUs. Calls `body` once for each lease, line and platform with a window that ends after `start`.
    ///
    /// O(leases kept × racks of each).
    public func forEachLeasedPart(
        ofSite siteOffset: Int, after start: Int64, _ body: (_ window: Range<Int64>, _ gpus: Int, Platform) -> Void
    ) {
        let nodes = fleet.domains.first { $0.level == .site && $0.siteOffset == siteOffset }?.nodes ?? 0..<0
        forEachLease { lease in
            guard !lease.state.isFinal, lease.state != .ending, lease.end > start, lease.start < lease.end else {
                return true
            }
            let window = lease.start..<lease.end
            for line in lease.lines {
                let ranges = line.holdings.wholeNodes.map { $0.clamped(to: nodes) }.filter { !$0.isEmpty }
                for (rack, nodes) in fleet.rackSegments(of: ranges) {
                    let platform = fleet.platform(of: rack)
                    body(window, nodes.count * platform.gpusPerNode, platform)
                }
                for part in line.holdings.partialNodes where nodes.contains(part.node) {
                    body(window, part.moduleMask.nonzeroBitCount, fleet.platform(of: NodeIndex(part.node)))
                }
            }
            return true
        }
    }
}
