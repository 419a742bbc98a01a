// What a tenant may not do with a lease, or with a share of one, while it is let.

import FleetModel
import Packing

/// What is let from a time on.
struct LetStretch: Equatable {
    var at: Int64
    /// Units of each line.
    var counts: [Int]
    var milliGPUs: Int64
    var watts: Watts

    /// Whether it differs in its time alone.
    func isSame(as other: LetStretch) -> Bool {
        (counts, milliGPUs, watts) == (other.counts, other.milliGPUs, other.watts)
    }
}

/// What is let of a lease, as it was before a change of it.
struct WhatIsLet {
    let sublease: Sublease
    /// Until when it might be used.
    let end: Int64
    let stretches: [LetStretch]
}

extension Book {
    /// Refuses what would take a lease, or some of it, out of the hands of whoever it is let to.
    func checkIsNotLet(_ lease: Lease, _ what: String, by audience: Audience) throws(Refusal) {
        guard let sublease = sublease(on: lease.leaseNumber) else { return }
        throw isLet(sublease, until: end(of: sublease), what, by: audience)
    }

    /// - Parameter end: when it ends, which a change on trial may have moved.
    private func isLet(_ sublease: Sublease, until end: Int64, _ what: String, by audience: Audience) -> Refusal {
        let id = subleaseID(sublease.number)
        let way =
            switch (audience, sublease.noticeSeconds) {
            case (.provider, let seconds):
                "\(sublease.to) may give it back"
                    + (seconds.map { ", and \(sublease.from) end it with a notice of \(durationText($0))" } ?? "")
            case (.tenant, nil): "you have agreed not to end it before; \(sublease.to) may give it back"
            case (.tenant, _): "end it first, as you have agreed"
            }
        return Refusal(
            .wrongState,
            "the lease is let to \(sublease.to) until \(RFC3339.text(end)) by sub-lease \(id) and is not \(what) "
                + "before that is over; \(way)",
            obstacles: [Obstacle(kind: .booking, name: id, from: nil, until: end, message: "let to \(sublease.to)")])
    }

    /// What is let of a lease from now on; nil when none of it is.
    func whatIsLet(of number: UInt64, now: Int64) -> WhatIsLet? {
        sublease(on: number).map {
            WhatIsLet(sublease: $0, end: end(of: $0), stretches: stretches(of: $0, now: now))
        }
    }

    /// What the lease under a sub-lease has for it from now on, as it changes.
    private func stretches(of sublease: Sublease, now: Int64) -> [LetStretch] {
        let number = sublease.lease
        let window = max(now, sublease.start)..<max(now, sublease.start, sublease.end)
        let parts = liveParts(of: number).filter { $0.state != .ending }
        var times = Set([window.lowerBound])
        for part in parts { times.formUnion([part.start, part.end] + part.capSteps.map(\.at)) }
        var stretches: [LetStretch] = []
        for time in times.filter({ window.contains($0) }).sorted() {
            let held = parts.filter { $0.covers(time) }
            var stretch = LetStretch(
                at: time,
                counts: known(number).lines.indices.map { line in held.reduce(0) { $0 + $1.count(ofLine: line) } },
                milliGPUs: 0, watts: 0)
            for part in held {
                stretch.milliGPUs += part.lines.reduce(0) { $0 + $1.holdings.milliGPUs(in: fleet) }
                stretch.watts += part.lines.promise(cap: part.cap(at: time), in: fleet).capacity.watts
            }
            if stretches.last.map({ $0.isSame(as: stretch) }) != true { stretches.append(stretch) }
        }
        return stretches
    }

    /// Refuses a change of a lease by its tenant that changes what is let, and by anybody that lets more than was agreed.
    ///
    /// What was let before is looked at, since the change may have ended it.
    func checkLeaves(_ isLet: WhatIsLet?, by audience: Audience, now: Int64) throws(Refusal) {
        guard let isLet else { return }
        let (sublease, before) = (isLet.sublease, isLet.stretches)
        let after = stretches(of: sublease, now: now)
        guard after != before else { return }
        if case .tenant = audience {
            throw self.isLet(sublease, until: isLet.end, "changed within that time", by: audience)
        }
        func milliGPUs(_ stretches: [LetStretch], at time: Int64) -> Int64 {
            stretches.last { $0.at <= time }?.milliGPUs ?? 0
        }
        let grows = (before + after).contains { milliGPUs(after, at: $0.at) > milliGPUs(before, at: $0.at) }
        if grows {
            throw Refusal(
                .wrongState,
                "the lease is let to \(sublease.to) until \(RFC3339.text(isLet.end)) by sub-lease "
                    + "\(subleaseID(sublease.number)), which would come to more than was agreed; grant what is to be added as "
                    + "a lease of its own")
        }
    }
}
