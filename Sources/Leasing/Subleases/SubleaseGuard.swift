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
}

extension Book {
    /// Refuses what would take a lease, or some of it, out of the hands of whoever it is let to.
    func checkIsNotLet(_ lease: Lease, _ what: String) throws(Refusal) {
        guard let sublease = sublease(on: lease.leaseNumber) else { return }
        throw isLet(sublease, what)
    }

    private func isLet(_ sublease: Sublease, _ what: String) -> Refusal {
        let id = subleaseID(sublease.number)
        let way =
            sublease.noticeSeconds == nil
            ? "you have agreed not to end it before; \(sublease.to) may give it back"
            : "end it first, as you have agreed"
        return Refusal(
            .wrongState,
            "the lease is let to \(sublease.to) until \(RFC3339.text(end(of: sublease))) by sub-lease \(id) and is not \(what) "
                + "before that is over; \(way)",
            obstacles: [
                Obstacle(
                    kind: .booking, name: id, from: nil, until: end(of: sublease), message: "let to \(sublease.to)")
            ])
    }

    /// What is let of a lease from now on, as it changes; nil when none of it is.
    func letStretches(of number: UInt64, now: Int64) -> [LetStretch]? {
        guard let sublease = sublease(on: number) else { return nil }
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
            if stretches.last.map({
                ($0.counts, $0.milliGPUs, $0.watts) == (stretch.counts, stretch.milliGPUs, stretch.watts)
            })
                != true
            {
                stretches.append(stretch)
            }
        }
        return stretches
    }

    /// Refuses a change of a lease by its tenant that changes what is let, and by anybody that lets more than was agreed.
    func checkLeavesWhatIsLet(
        of number: UInt64, asIn before: [LetStretch]?, by audience: Audience, now: Int64
    ) throws(Refusal) {
        guard let before, let after = letStretches(of: number, now: now), let sublease = sublease(on: number),
            after != before
        else { return }
        if case .tenant = audience { throw isLet(sublease, "changed within that time") }
        func milliGPUs(_ stretches: [LetStretch], at time: Int64) -> Int64 {
            stretches.last { $0.at <= time }?.milliGPUs ?? 0
        }
        let grows = (before + after).contains { milliGPUs(after, at: $0.at) > milliGPUs(before, at: $0.at) }
        if grows {
            throw Refusal(
                .wrongState,
                "the lease is let to \(sublease.to) until \(RFC3339.text(end(of: sublease))) by sub-lease "
                    + "\(subleaseID(sublease.number)), which would come to more than was agreed; grant what is to be added as "
                    + "a lease of its own")
        }
    }
}
