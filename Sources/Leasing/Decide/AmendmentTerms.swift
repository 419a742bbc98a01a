// Amendments of a lease's end and of its cap.

import FleetModel
import Packing

extension Book {
    // MARK: The end

    /// Brings the end of every part forward; parts that would begin later are given up.
    mutating func shorten(_ course: inout AmendmentCourse, _ step: inout Step) {
        for var part in liveParts(of: course.number) where part.end > course.newEnd && part.state != .ending {
            if part.start >= course.newEnd {
                commit(.leaseMoved(number: part.number, event: .release, at: step.now), &step)
                continue
            }
            part.end = course.newEnd
            let lost = part.capSteps.contains { $0.at >= part.end && $0.at < part.until }
            part.capSteps.removeAll { $0.at >= part.end }
            // The cap that holds at the end holds through the turn-round.
            if lost { course.risen.append((part.bookedHardware, part.end..<part.until)) }
            commitAmended(part, &step)
        }
    }

    /// Prolongs every part that lasts to the end. Its hardware must be free that long: nothing is moved.
    mutating func extend(_ course: inout AmendmentCourse, _ step: inout Step) throws(Refusal) {
        let parts = liveParts(of: course.number).filter { $0.end == course.oldEnd && $0.state != .ending }
        var blocking: [(lease: UInt64, start: Int64)] = []
        for part in parts {
            let after = part.until..<course.newEnd + part.turnRoundSeconds
            for (lease, start) in bookings(inTheWayOf: part, over: after) {
                if let place = blocking.firstIndex(where: { $0.lease == lease }) {
                    blocking[place].start = min(blocking[place].start, start)
                } else {
                    blocking.append((lease, start))
                }
            }
        }
        guard blocking.isEmpty else { throw blocked(blocking, course) }
        for var part in parts {
            let before = part.until
            part.end = course.newEnd
            course.risen.append((part.bookedHardware, before..<part.until))
            commitAmended(part, &step)
        }
    }

    /// Parts of leases that hold some of a part's hardware in a window, with when that begins; each once.
    func bookings(inTheWayOf part: Lease, over window: Range<Int64>) -> [(lease: UInt64, start: Int64)] {
        var found: [(lease: UInt64, start: Int64)] = []
        func look(_ node: Int, _ isInTheWay: (Booking) -> Bool) {
            packing.forEachBooking(of: NodeIndex(node)) { booking in
                guard booking.lease != part.number, booking.start < window.upperBound,
                    window.lowerBound < booking.until, isInTheWay(booking),
                    !found.contains(where: { $0.lease == booking.lease })
                else { return }
                found.append((booking.lease, booking.start))
            }
        }
        let hardware = part.bookedHardware
        for node in hardware.wholeNodes.joined() { look(node) { _ in true } }
        for partial in hardware.partialNodes { look(partial.node) { $0.moduleMask & partial.moduleMask != 0 } }
        for slice in hardware.slices {
            let platform = fleet.platform(of: NodeIndex(slice.node))
            let (mask, cap) = (slice.memoryMask(on: platform), Int32(part.cap(at: part.end).watts(on: platform)))
            look(slice.node) {
                $0.moduleMask & slice.moduleMask != 0
                    && ($0.sliceMask == 0 || $0.sliceMask & mask != 0 || $0.capWatts != cap)
            }
        }
        return found.sorted { ($0.start, $0.lease) < ($1.start, $1.lease) }
    }

    func blocked(_ blocking: [(lease: UInt64, start: Int64)], _ course: AmendmentCourse) -> Refusal {
        let lease = known(course.number)
        let latest = blocking.map(\.start).min()! - lease.turnRoundSeconds
        let offer =
            latest > course.oldEnd
            ? "; all of it stays free until \(RFC3339.text(latest)), which is the latest end" : ""
        var obstacles: [Obstacle] = []
        for (number, start) in blocking.sorted(by: { ($0.start, $0.lease) < ($1.start, $1.lease) }) {
            guard obstacles.count < Self.blockersMax else { break }
            guard number < Booking.maintenanceFirst else {
                obstacles.append(
                    maintenanceObstacle(number - Booking.maintenanceFirst, start, course.amendment.audience))
                continue
            }
            let other = known(number)
            let isShown = course.amendment.audience == .provider || course.amendment.audience == .tenant(other.tenant)
            let name = isShown ? naming.id(of: other.leaseNumber) : "other commitments"
            guard !obstacles.contains(where: { $0.name == name }) else { continue }
            obstacles.append(
                Obstacle(
                    kind: .booking, name: name, from: isShown ? other.start : nil, until: isShown ? other.until : nil,
                    message: isShown
                        ? "\(other.tenant) holds some of its hardware then"
                        : "other commitments hold some of its hardware then"))
        }
        return Refusal(
            .noCapacity,
            "its hardware is promised to others before \(RFC3339.text(course.newEnd)), and nobody is moved"
                + offer, obstacles: obstacles)
    }

    /// Maintenance in the way; a tenant is not told which and why.
    private func maintenanceObstacle(_ number: UInt64, _ start: Int64, _ audience: Audience) -> Obstacle {
        let isShown = audience == .provider
        let window = maintenance.maintenance(number: number)
        return Obstacle(
            kind: .booking, name: isShown ? window?.name ?? "maintenance" : "maintenance", from: start, until: nil,
            message: "some of its hardware is in maintenance then"
                + (isShown ? window.map { ": " + $0.plan.reason } ?? "" : ""))
    }

    private static let blockersMax = 8

    // MARK: The cap

    /// Gives every part another cap from the amendment's time on, in place of all later ones.
    mutating func recap(to cap: PowerCap, _ course: inout AmendmentCourse, _ step: inout Step) throws(Refusal) {
        for var part in liveParts(of: course.number) where part.end > course.from && part.state != .ending {
            try checkCap(cap, of: part)
            let from = max(course.from, part.start)
            let before = part
            let begun = part.capSteps.last { $0.at <= course.now && $0.at < from }
            part.capSteps = part.capSteps.filter { $0.at > course.now && $0.at < from }
            if let begun { part.capSteps.insert(begun, at: 0) }
            let atThen = part.capSteps.last?.cap ?? part.cap
            if atThen != cap { part.capSteps.append(CapStep(at: from, cap: cap)) }
            guard part.capSteps.count <= OrderLimits.capStepsMax else {
                throw Refusal(.invalid, "a lease has at most \(OrderLimits.capStepsMax) caps to come", pointer: "/from")
            }
            part.capStepsBegun = part.capSteps.count { $0.at <= max(course.now, part.start) }
            let (changed, now) = (part, max(course.now, part.start))
            let times = [now] + (before.capSteps + changed.capSteps).map(\.at).filter { $0 > now }
            guard times.contains(where: { before.cap(at: $0) != changed.cap(at: $0) }) else { continue }
            try checkInstances(of: part, now: course.now)
            if before.capStretches.contains(where: {
                $0.window.upperBound > from && cap.isHigher(than: $0.cap, in: fleet)
            }) {
                course.risen.append((part.bookedHardware, from..<part.until))
            }
            commitAmended(part, &step)
        }
    }

    /// Refuses a cap that some of a part's hardware does not take.
    func checkCap(_ cap: PowerCap, of part: Lease) throws(Refusal) {
        let pointer =
            switch cap {
            case .watts: "/capWattsPerGpu"
            case .percent: "/capPercent"
            }
        let hardware = part.bookedHardware
        let racks = fleet.rackSegments(of: hardware.wholeNodes).map(\.rack)
        let shared = (hardware.partialNodes.map(\.node) + hardware.slices.map(\.node)).map { fleet.rackOfNode[$0] }
        for rack in racks + shared {
            let platform = fleet.platform(of: rack)
            guard OrderLimits.allows(cap), cap.isLegal(on: platform) else {
                throw Refusal(
                    .invalid,
                    "\(platform.gpu) takes caps from \(platform.power.capWattsMin) to \(platform.power.capWattsMax) W",
                    pointer: pointer)
            }
        }
    }

    /// Refuses to change the cap of instances on a GPU that others' instances share: it has one cap.
    private func checkInstances(of part: Lease, now: Int64) throws(Refusal) {
        for slice in part.lines.flatMap(\.holdings.slices) {
            var isShared = false
            packing.forEachBooking(of: NodeIndex(slice.node)) { booking in
                if booking.lease != part.number, booking.moduleMask & slice.moduleMask != 0,
                    booking.start < part.until, max(part.start, now) < booking.until
                {
                    isShared = true
                }
            }
            if isShared {
                throw Refusal(
                    .noCapacity,
                    "a GPU has one cap, and other commitments keep that of a GPU with instances of the lease as it is")
            }
        }
    }
}
