// An order that has been checked against the book, in the dense terms that a search reads.

import FleetModel
import Packing

/// Bounds of one request. They keep one decision short.
public enum OrderLimits {
    public static let linesMax = 64
    public static let countMax = 1_000_000
    /// Parts of nodes are placed one by one.
    public static let partitionsMax = 1_024
    /// Steps of a line's ramp, and parts of one lease.
    public static let rampStepsMax = 128
    public static let partsMax = 1_024
    /// Caps of one lease that are still to come.
    public static let capStepsMax = 128
    /// Leases in one atomic batch.
    public static let leasesMax = 1_024
    /// The furthest end of a window, in seconds from now: 50 years.
    public static let horizonSeconds: Int64 = 50 * 366 * 86_400
    /// Of a GPU-hour, between tenants: a million dollars.
    static let priceMicrosMax: MicroDollars = 1_000_000_000_000
    /// Far above any GPU's.
    static let capWattsMax: Watts = 100_000

    /// Whether watts computed from a cap stay small.
    static func allows(_ cap: PowerCap) -> Bool {
        switch cap {
        case .percent(let percent): (1...100).contains(percent)
        case .watts(let watts): (1...capWattsMax).contains(watts)
        }
    }
}

/// An order without contradictions, with names resolved.
struct SoundOrder {
    /// With its end, where it was asked for by its length.
    let order: LeaseOrder
    /// As it came.
    let asked: LeaseOrder
    let start: Int64
    let turnRoundSeconds: Int64
    /// Windows that the lease is made of: the whole one first, then by start, longer ones first.
    let parts: [SoundPart]
    /// The placement of all lines over the whole window, at the most that each comes to.
    let request: PlacementRequest

    // A parameter of an initialiser is the initialiser's own, unless it says that it is lent: the book would be copied.
    init(_ order: LeaseOrder, in book: borrowing Book, now: Int64) throws(Refusal) {
        let fleet = book.fleet
        guard book.tenant(order.tenant) != nil else {
            throw Refusal(
                .invalid, "there is no tenant \(order.tenant); an operator adds one with `berth tenant set`",
                pointer: "/tenant")
        }
        asked = order
        var order = order
        if let contract = order.contract {
            guard let terms = book.contract(contract), terms.tenant.map({ $0 == order.tenant }) ?? true else {
                throw SoundOrder.noContract(contract, order.tenant)
            }
            try terms.hold(&order)
        }
        let start = order.start ?? SoundOrder.firstStep(of: order) ?? now
        guard start >= now else {
            throw Refusal(.invalid, "the start is in the past; leave it out to start now", pointer: "/start")
        }
        // A window asked for by its length has that length however long the request was on its way.
        if let seconds = order.durationSeconds { order.end = start + min(seconds, 2 * OrderLimits.horizonSeconds) }
        let endPointer = order.durationSeconds == nil ? "/end" : "/duration"
        guard order.end > start else {
            throw Refusal(.invalid, "the end must be after the start", pointer: endPointer)
        }
        guard order.end <= now + OrderLimits.horizonSeconds else {
            throw Refusal(.invalid, "the end is more than 50 years away", pointer: endPointer)
        }
        guard (1...OrderLimits.linesMax).contains(order.lines.count) else {
            throw Refusal(.invalid, "a lease has 1 to \(OrderLimits.linesMax) lines", pointer: "/reservations")
        }
        let siteMask = try SoundOrder.siteMask(order.sites, in: fleet)
        var turnRound: Int64 = 0
        for (offset, site) in fleet.sites.enumerated() where siteMask >> offset & 1 == 1 {
            turnRound = max(turnRound, site.turnRound.totalSeconds)
        }
        try SoundOrder.checkRamps(of: order, start: start, now: now)
        var peak = order
        for index in peak.lines.indices {
            peak.lines[index].count = order.lines[index].peakCount(over: start..<order.end)
        }
        var lines: [PlacementLine] = []
        for index in order.lines.indices {
            lines.append(try SoundOrder.placementLine(peak, index, in: book))
        }
        self.order = order
        self.start = start
        turnRoundSeconds = turnRound
        let terms = BookingTerms(
            lease: book.nextLeaseNumber, start: start, end: order.end, until: order.end + turnRound, cap: order.cap)
        request = PlacementRequest(lines: lines, siteMask: siteMask, terms: terms, now: now)
        parts = try SoundOrder.parts(of: order, request, turnRound: turnRound)
    }

    /// The order's lines as a part of the lease has them, with the hardware that was found, spares apart.
    func lines(of part: SoundPart, holding placements: [LinePlacement], in fleet: Fleet) -> [LeaseLine] {
        order.lines.indices.map { index in
            var line = order.lines[index]
            (line.count, line.ramp, line.claim) = (part.counts[index], [], nil)
            line.holdings = Holdings(placements[index])
            if order.sparesPerDomain > 0 { line.setSparesApart(order.sparesPerDomain, in: fleet) }
            return line
        }
    }

    /// The same words whether it is not there or is somebody else's.
    private static func noContract(_ contract: String, _ tenant: String) -> Refusal {
        Refusal(.invalid, "there is no contract \(contract) with tenant \(tenant)", pointer: "/contract")
    }

    static func siteMask(_ names: [String], in fleet: Fleet) throws(Refusal) -> UInt64 {
        var mask: UInt64 = 0
        for (index, name) in names.enumerated() {
            guard let offset = fleet.sites.firstIndex(where: { $0.name == name }) else {
                let known = fleet.sites.map(\.name).joined(separator: ", ")
                throw Refusal(.invalid, "there is no site \(name); the sites are \(known)", pointer: "/sites/\(index)")
            }
            mask |= 1 << offset
        }
        return names.isEmpty ? .max : mask
    }

    static func platformMask(
        _ models: [String], in fleet: Fleet, pointer: String
    ) throws(Refusal) -> UInt64 {
        var mask: UInt64 = 0
        for (index, model) in models.enumerated() {
            let platforms = fleet.platforms.indices.filter { fleet.platforms[$0].gpu == model }
            for offset in platforms { mask |= 1 << offset }
            guard !platforms.isEmpty else {
                let known = Set(fleet.platforms.map(\.gpu)).sorted().joined(separator: ", ")
                throw Refusal(
                    .invalid, "there is no GPU model \(model); the models are \(known)", pointer: pointer + "/\(index)")
            }
        }
        return models.isEmpty ? .max : mask
    }

    static func checkCap(_ cap: PowerCap, _ platforms: UInt64, in fleet: Fleet) throws(Refusal) {
        let accepted = fleet.platforms.indices.filter { platforms >> $0 & 1 == 1 }.map { fleet.platforms[$0] }
        guard !OrderLimits.allows(cap) || !accepted.contains(where: { cap.isLegal(on: $0) }) else { return }
        let ranges = accepted.map { "\($0.gpu) \($0.power.capWattsMin) to \($0.power.capWattsMax) W" }
        let pointer =
            switch cap {
            case .watts: "/capWattsPerGpu"
            case .percent: "/capPercent"
            }
        throw Refusal(
            .invalid, "no accepted model takes this cap; they take \(ranges.joined(separator: ", "))", pointer: pointer)
    }

    /// Nodes to place for a line: those asked for and, where they are nodes of one domain, its spares.
    static func countWithSpares(
        _ order: LeaseOrder, _ line: LeaseLine, _ pointer: String
    ) throws(Refusal) -> Int {
        guard (0...OrderLimits.countMax).contains(order.sparesPerDomain) else {
            throw Refusal(
                .invalid, "the spares of a domain are 0 to \(OrderLimits.countMax)", pointer: "/spares/perDomain")
        }
        guard order.sparesPerDomain > 0 else { return line.count }
        switch line.shape {
        case .block, .rack, .nvl72:
            guard order.sparesPerDomain < 8 else {
                throw Refusal(
                    .invalid, "at most 7 nodes of each \(line.domainLevel.rawValue) can be spares",
                    pointer: "/spares/perDomain")
            }
            return line.count
        case .node where line.within != nil: return line.count + order.sparesPerDomain
        // Lines of other units have none beside lines that have.
        case .node, .gpus, .mig, .power:
            if order.lines.contains(where: \.hasDomains) { return line.count }
            throw Refusal(
                .invalid, "spares need lines of blocks, racks, nvl72, or nodes with `within`", pointer: pointer)
        }
    }
}

extension LeaseLine {
    /// The last nodes of each domain that a line holds become its spares.
    mutating func setSparesApart(_ sparesPerDomain: Int, in fleet: Fleet) {
        guard hasDomains else { return }
        var spares: [Int] = []
        let booked = holdings.wholeNodes
        for domain in fleet.domains where domain.level == domainLevel {
            let nodes = booked.intersecting([domain.nodes]).flatMap { Array($0) }
            spares.append(contentsOf: nodes.suffix(nodes.isEmpty ? 0 : sparesPerDomain))
        }
        holdings.spareNodes = spares
        holdings.wholeNodes = booked.subtracting(spares.map { $0..<$0 + 1 })
    }
}
