// Leases that are split, change hands, and are let.

import FleetModel
import Leasing
import Packing

extension LifeCommands {
    /// Splits, offers, and answers to them.
    mutating func transfer() -> Command {
        let latest = random.isOne(in: 8) ? book.openTransfers.first : book.openTransfers.last
        if let open = latest, !random.isOne(in: 4) {
            var parties: [Audience] = [.tenant(open.from), .tenant(open.to), .provider]
            if !random.isOne(in: 5) {
                parties = [open.holderAgreed ? .provider : .tenant(open.from)]
                if !open.receiverAgreed { parties = [.tenant(open.to)] }
            }
            let party = parties.randomElement(using: &random)!
            if random.isOne(in: 12) { return .withdrawTransfer(open.number, by: party) }
            let isReceiver = party == .tenant(open.to)
            return .answerTransfer(
                open.number,
                TransferReply(
                    accepts: !random.isOne(in: 10),
                    contract: isReceiver && random.isOne(in: 2) ? contract(for: open.to) : nil,
                    label: isReceiver && random.isOne(in: 2) ? "mine" : nil), by: party)
        }
        var live: [Lease] = []
        book.forEachLease { lease in
            guard lease.partOf == nil, lease.isInWindow || lease.state == .scheduled else { return true }
            let isSplit = book.wholeLease(lease.number)!.lines.contains { $0.count > 1 }
            if isSplit || random.isOne(in: 4) { live.append(lease) }
            return true
        }
        guard let lease = live.randomElement(using: &random), let whole = book.wholeLease(lease.number) else {
            return .heartbeat
        }
        var selection = LeaseSelection()
        let divisible = whole.lines.filter { $0.count > 1 }
        if let line = divisible.randomElement(using: &random), !random.isOne(in: 4) {
            selection.units = [
                .init(line: line.name, count: random.pick(1...max(1, line.count - 1)))
            ]
        } else {
            let held =
                whole.lines.flatMap(\.holdings.bookedNodes).joined().map { $0 }
                + whole.lines.flatMap(\.holdings.sharedNodes)
            let nodes = Array(Set(held.shuffled(using: &random).prefix(random.pick(1...4)))).sorted()
            selection.nodes = nodes.map { $0..<$0 + 1 }.coalesced()
        }
        if random.isOne(in: 2) { return .splitLease(lease.number, selection, by: .tenant(lease.tenant)) }
        let to = ["ada", "bob", "eve"].filter { $0 != lease.tenant }.randomElement(using: &random)!
        return .proposeTransfer(
            lease.number, TransferOrder(to: to, selection: random.isOne(in: 2) ? selection : nil),
            by: random.isOne(in: 8) ? .provider : .tenant(lease.tenant))
    }

    /// Offers to let, answers to them, and the ends of what is let.
    mutating func sublease() -> Command {
        if let open = book.openSubleases.last, !random.isOne(in: 4) {
            var parties: [Audience] = [.tenant(open.from), .tenant(open.to), .provider]
            if !random.isOne(in: 5) {
                parties = [open.holderAgreed ? .provider : .tenant(open.from)]
                if !open.tenantAgreed { parties = [.tenant(open.to)] }
            }
            let party = parties.randomElement(using: &random)!
            if random.isOne(in: 12) { return .endSublease(open.number, by: party) }
            return .answerSublease(
                open.number, accepts: !random.isOne(in: 10), label: party == .tenant(open.to) ? "ours" : nil, by: party)
        }
        if let sublet = book.subleasesInForce.randomElement(using: &random), random.isOne(in: 4) {
            let party = [Audience.tenant(sublet.from), .tenant(sublet.to), .provider].randomElement(using: &random)!
            switch random.pick(0..<6) {
            case 0: return .releaseLease(sublet.lease, by: party)
            case 1:
                return .amendLease(
                    sublet.lease,
                    Amendment(end: now + [hour, day, 40 * day].randomElement(using: &random)!, audience: party))
            case 2:
                return .serveReclaim(
                    sublet.lease,
                    ReclaimOrder(
                        clause: [.cancellation(byTenant: true), .cause("misuse"), .convenience]
                            .randomElement(using: &random)!))
            default: return .endSublease(sublet.number, by: party)
            }
        }
        var live: [Lease] = []
        book.forEachLease { lease in
            if lease.partOf == nil && (lease.isInWindow || lease.state == .scheduled) { live.append(lease) }
            return true
        }
        guard let lease = live.randomElement(using: &random), let whole = book.wholeLease(lease.number) else {
            return .heartbeat
        }
        var selection: LeaseSelection?
        if let line = whole.lines.filter({ $0.count > 1 }).randomElement(using: &random), random.isOne(in: 2) {
            selection = LeaseSelection(units: [
                .init(line: line.name, count: random.pick(1..<line.count))
            ])
        }
        let to = ["ada", "bob", "eve"].filter { $0 != lease.tenant }.randomElement(using: &random)!
        let order = SubleaseOrder(
            to: to, selection: selection,
            end: random.isOne(in: 2) ? nil : now + [hour, 3 * day, 30 * day].randomElement(using: &random)!,
            pricePerGPUHourMicros: random.isOne(in: 3) ? nil : Int64.random(in: 0...3_000_000, using: &random),
            noticeSeconds: [nil, 0, hour, day].randomElement(using: &random)!)
        return .proposeSublease(lease.number, order, by: random.isOne(in: 8) ? .provider : .tenant(lease.tenant))
    }
}
