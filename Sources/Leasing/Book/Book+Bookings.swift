// What leases hold, as bookings of the packing.

import FleetModel
import Packing

extension Book {
    /// Books what a lease holds and has not come back.
    mutating func book(_ lease: Lease) {
        let terms = lease.bookingTerms
        packing.bookNodes(lease.bookedNodes, as: terms)
        for line in lease.lines {
            for partial in line.holdings.partialNodes where !lease.hasReturned(partial.node) {
                packing.bookModules(partial.moduleMask, of: partial.node, as: terms)
            }
            for slice in line.holdings.slices where !lease.hasReturned(slice.node) {
                packing.bookSlice(slice, as: terms)
            }
        }
        commitCaps(of: lease)
        commitDraw(of: lease, sign: 1)
    }

    /// Commits what the caps of a lease's later stretches make of its watts, beside its bookings; or takes that off.
    mutating func commitCaps(of lease: Lease, takingOff: Bool = false) {
        guard !lease.capSteps.isEmpty else { return }
        packing.commitCaps(of: lease, on: lease.bookedHardware, takingOff: takingOff)
    }

    /// Takes those bookings off again; with `ranges`, those on these nodes alone.
    mutating func unbook(_ lease: Lease, on ranges: [Range<Int>]? = nil) {
        commitCaps(of: lease, takingOff: true)
        func isMeant(_ node: Int) -> Bool {
            !lease.hasReturned(node) && ranges?.contains { $0.contains(node) } ?? true
        }
        let terms = lease.bookingTerms
        commitDraw(of: lease, on: ranges, sign: -1)
        packing.unbookNodes(ranges.map { lease.bookedNodes.intersecting($0) } ?? lease.bookedNodes, as: terms)
        for line in lease.lines {
            for partial in line.holdings.partialNodes where isMeant(partial.node) {
                packing.unbookModules(partial.moduleMask, of: partial.node, as: terms)
            }
            for slice in line.holdings.slices where isMeant(slice.node) { packing.unbookSlice(slice, as: terms) }
        }
        guard let ranges else { return }
        var rest = lease
        rest.returnedNodes = (lease.returnedNodes + ranges).united()
        commitCaps(of: rest)
    }

    /// Puts one unit of a lease in another one's place.
    mutating func apply(_ replacement: Replacement) {
        var lease = known(replacement.lease)
        let terms = lease.bookingTerms
        commitCaps(of: lease, takingOff: true)
        // What is promised at later caps follows from the hardware, in whole watts for each rack.
        if !lease.capSteps.isEmpty { promise(lease, sign: -1) }
        let old = dense([IDRange(first: replacement.old, count: 1)])[0].lowerBound
        let new = dense([IDRange(first: replacement.new, count: 1)])[0].lowerBound
        var holdings = lease.lines[replacement.line].holdings
        commitDraw(of: lease, sign: -1)
        if let parts = replacement.parts {
            exchange(parts, old: old, new: new, of: &holdings, as: terms)
        } else if replacement.oldModuleMask == 0 {
            packing.unbookNodes([old..<old + 1], as: terms)
            if replacement.wasSpare {
                holdings.spareNodes.removeAll { $0 == new }
            } else {
                packing.bookNodes([new..<new + 1], as: terms)
            }
            holdings.wholeNodes = (holdings.wholeNodes.removing(old) + [new..<new + 1]).coalesced()
        } else {
            packing.unbookModules(replacement.oldModuleMask, of: old, as: terms)
            packing.bookModules(replacement.newModuleMask, of: new, as: terms)
            let place = holdings.partialNodes.firstIndex {
                $0.node == old && $0.moduleMask == replacement.oldModuleMask
            }
            holdings.partialNodes[place!] = PartialNode(
                node: new, moduleMask: replacement.newModuleMask, partitionID: replacement.newPartitionID)
        }
        lease.lines[replacement.line].holdings = holdings
        commitDraw(of: lease, sign: 1)
        if !lease.lines.contains(where: { $0.holdings.uses(old) }) { lease.downNodes.removeAll { $0 == old } }
        commitCaps(of: lease)
        if !lease.capSteps.isEmpty { promise(lease, sign: 1) }
        replace(lease)
    }

    /// Books what a unit takes in place of what it gives up, which stands where that stood.
    private mutating func exchange(
        _ parts: PartExchange, old: Int, new: Int, of holdings: inout Holdings, as terms: BookingTerms
    ) {
        for partition in parts.given.partitions {
            packing.unbookModules(partition.moduleMask, of: old, as: terms)
        }
        for slice in parts.given.slices { packing.unbookSlice(slice.onNode(old), as: terms) }
        for partition in parts.taken.partitions { packing.bookModules(partition.moduleMask, of: new, as: terms) }
        for slice in parts.taken.slices { packing.bookSlice(slice.onNode(new), as: terms) }
        if !parts.given.partitions.isEmpty {
            let place = holdings.partialNodes.firstRange(of: parts.given.partialNodes(on: old))
            holdings.partialNodes.replaceSubrange(place!, with: parts.taken.partialNodes(on: new))
        }
        for (given, taken) in zip(parts.given.slices, parts.taken.slices) {
            let index = holdings.slices.firstIndex(of: given.onNode(old))
            holdings.slices[index!] = taken.onNode(new)
        }
    }
}

extension PackingState {
    /// Commits what the caps of a lease's later stretches make of the watts of some of its hardware; or takes that off.
    mutating func commitCaps(of lease: Lease, on hardware: LinePlacement, takingOff: Bool) {
        guard !lease.capSteps.isEmpty else { return }
        for (window, cap) in lease.capStretches where cap != lease.cap {
            adjustWatts(
                of: hardware, from: takingOff ? cap : lease.cap, to: takingOff ? lease.cap : cap, over: window)
        }
    }
}
