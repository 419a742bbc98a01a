// Sub-leases on the wire: each side is told what it needs to know of the other, and no more.

import ControlAPI
import FleetModel
import Leasing
import Packing

/// Writes sub-leases of one book for one reader.
struct SubleaseEncoding {
    let book: Book
    let role: Role

    func isShown(_ sublease: Sublease) -> Bool {
        if case .tenant(let name) = role { return name == sublease.from || name == sublease.to }
        return true
    }

    /// - Parameter state: where it stands, when the book keeps it no longer.
    func answer(_ sublease: Sublease, as state: ControlAPI.SubleaseState? = nil) -> SubleaseAnswer {
        let (isTenant, isHolder) = (role == .tenant(sublease.to), role == .tenant(sublease.from))
        let used = book.occupancy(of: sublease)
        let encoding = LeaseEncoding(book: book, role: role)
        let lines = used?.lines ?? sublease.lines(in: book) ?? []
        let isOpen = sublease.agreedAt == nil
        let reservations = lines.enumerated().map { index, line in
            var answer = encoding.reservation(line, ramp: isOpen ? sublease.ramp(ofLine: index) : [])
            answer.pin = nil
            return answer
        }
        let schedule = isOpen ? sublease.schedule(in: book) : []
        let stands: ControlAPI.SubleaseState =
            sublease.endedAt != nil ? .over : sublease.agreedAt != nil ? .active : .offered
        let isStarted = sublease.agreedAt != nil || sublease.start > sublease.proposedAt
        return SubleaseAnswer(
            id: book.subleaseID(sublease.number), state: state ?? stands, from: sublease.from, to: sublease.to,
            lease: isTenant ? nil : book.naming.id(of: sublease.lease),
            whole: isTenant || sublease.agreedAt != nil ? nil : sublease.isWhole,
            label: isHolder ? nil : sublease.label, promised: ControlAPI.Capacity(sublease.capacity),
            reservations: reservations, capWattsPerGpu: sublease.cap.wattsPerGPU, capPercent: sublease.cap.percent,
            schedule: schedule.isEmpty ? nil : schedule.map { ControlAPI.ScheduleStep($0) },
            leaseClass: ControlAPI.LeaseClass(sublease.leaseClass),
            start: isStarted ? Timestamp(sublease.start) : nil, end: Timestamp(book.end(of: sublease)),
            pricePerGpuHour: sublease.pricePerGPUHourMicros.map { Money(currency: "USD", micros: $0) },
            noticePeriod: sublease.noticeSeconds.map { WireDuration(seconds: $0) },
            holderAgreed: sublease.holderAgreed, tenantAgreed: sublease.tenantAgreed,
            providerAgreed: sublease.needsProvider ? sublease.providerAgreed : nil,
            proposedAt: Timestamp(sublease.proposedAt),
            expiresAt: (state ?? stands) == .offered ? Timestamp(sublease.expiresAt) : nil,
            agreedAt: sublease.agreedAt.map { Timestamp($0) },
            noticeGivenAt: sublease.noticeGivenAt.map { Timestamp($0) },
            endedAt: sublease.endedAt.map { Timestamp($0) },
            ending: sublease.ending.map { SubleaseEnding($0) }, reason: sublease.reason, used: used.map(answer))
    }

    /// What is used.
    private func answer(_ used: Occupancy) -> OccupancyAnswer {
        let down = used.downNodes.prefix(WireLimits.shortListMax).map { book.fleet.nodeName(NodeIndex($0)) }
        return OccupancyAnswer(
            state: ControlAPI.LeaseState(used.state), conditions: used.conditions.map { ControlAPI.Condition($0) },
            promised: ControlAPI.Capacity(used.promised), delivered: ControlAPI.Capacity(used.delivered),
            capWattsPerGpu: used.cap.wattsPerGPU, capPercent: used.cap.percent,
            schedule: used.schedule.isEmpty ? nil : used.schedule.map { ControlAPI.ScheduleStep($0) },
            down: down.isEmpty ? nil : down, capNow: used.curtailedCap.map { CapNowAnswer($0) },
            nextChangeAt: used.nextChangeAt.map { Timestamp($0) },
            allocation: used.lines.flatMap { LeaseHardware.paths(of: $0.holdings, in: book.fleet) })
    }

    // MARK: In polls

    /// What is in force between a tenant and others, and when that next changes by itself.
    func held(by tenant: String) -> (subleases: [HeldSublease], nextChangeAt: Int64?) {
        var (held, next) = ([HeldSublease](), Int64?.none)
        for sublease in book.subleasesInForce where isShown(sublease) {
            let isTenant = tenant == sublease.to
            let used = isTenant ? book.occupancy(of: sublease) : nil
            let end = book.end(of: sublease)
            held.append(
                HeldSublease(
                    id: book.subleaseID(sublease.number), from: sublease.from, to: sublease.to,
                    lease: isTenant ? nil : book.naming.id(of: sublease.lease),
                    label: isTenant ? sublease.label : nil, start: Timestamp(sublease.start), end: Timestamp(end),
                    used: used.map(answer)))
            next = min(next ?? end, used?.nextChangeAt ?? end)
        }
        return (held, next)
    }

    /// What a tenant offers to let, or is offered, as its poll has it: acknowledged when it has agreed itself.
    func notices(to tenant: String) -> [Notice] {
        book.openSubleases.filter(isShown).map { sublease in
            Notice(
                id: book.subleaseID(sublease.number), kind: .sublease, deadline: Timestamp(sublease.expiresAt),
                acknowledged: tenant == sublease.from ? sublease.holderAgreed : sublease.tenantAgreed)
        }
    }
}

extension SubleaseEnding {
    fileprivate init(_ ending: Sublease.Ending) {
        self =
            switch ending {
            case .expired: .expired
            case .handedBack: .handedBack
            case .ended: .ended
            case .cut: .cut
            }
    }
}
