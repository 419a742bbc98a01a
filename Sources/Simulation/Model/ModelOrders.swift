// Requests in the model: what is sound, where it fits by docs/placement.md, and what the tenant's quota leaves.

import FleetModel
import Leasing
import Packing

/// A refusal that the model expects.
struct ModelRefusal: Error {
    let code: Refusal.Code
    let text: String
    init(_ code: Refusal.Code, _ text: String) { (self.code, self.text) = (code, text) }
}

/// Something that the model has no answer to.
struct ModelUnknown: Error {
    /// One of `Model.unpredicted`.
    let what: String
    init(_ what: String) { self.what = what }
}

/// Bounds of requests, as docs/api.md has them.
enum ModelLimits {
    static let lines = 64
    static let count = 1_000_000
    static let parts = 1_024
    static let leases = 1_024
    static let horizon: Int64 = 50 * 366 * 86_400
    static let capWatts: Watts = 100_000
}

/// An order without contradictions.
struct ModelOrder {
    var order: LeaseOrder
    var start: Int64
    var turnRoundSeconds: Int64
    var siteMask: UInt64
    var lines: [PlacementLine]
}

extension ModelState {
    /// Checks an order, in the order in which docs/api.md lists what is refused.
    func sound(_ asked: LeaseOrder) throws -> ModelOrder {
        var order = asked
        guard tenants[order.tenant] != nil else { throw ModelRefusal(.invalid, "no such tenant") }
        if let name = order.contract {
            guard let terms = contract(name), terms.tenant == nil || terms.tenant == order.tenant else {
                throw ModelRefusal(.invalid, "no such contract")
            }
            try hold(&order, to: terms)
        }
        let start = order.start ?? time
        guard start >= time else { throw ModelRefusal(.invalid, "it starts in the past") }
        if let seconds = order.durationSeconds { order.end = start + min(seconds, 2 * ModelLimits.horizon) }
        guard order.end > start, order.end <= time + ModelLimits.horizon else {
            throw ModelRefusal(.invalid, "it ends before its start or after 50 years")
        }
        guard (1...ModelLimits.lines).contains(order.lines.count) else {
            throw ModelRefusal(.invalid, "too many lines, or none")
        }
        let siteMask = try mask(ofSites: order.sites)
        var turnRound: Int64 = 0
        for (offset, site) in fleet.sites.enumerated() where siteMask >> UInt64(offset) & 1 == 1 {
            turnRound = max(turnRound, site.turnRound.cleaningSeconds + site.turnRound.validatingSeconds)
        }
        let lines = try order.lines.map { try placementLine(order, $0) }
        return ModelOrder(
            order: order, start: start, turnRoundSeconds: turnRound, siteMask: siteMask, lines: lines)
    }

    /// Sites, models and spares as a contract has them.
    private func hold(_ order: inout LeaseOrder, to terms: ContractTerms) throws {
        if order.sparesPerDomain == 0, order.lines.contains(where: \.mayHaveSpares) {
            order.sparesPerDomain = Int(terms.sparesPerDomain ?? 0)
        }
        func narrowed(_ asked: [String], _ allowed: [String]) throws -> [String] {
            if allowed.isEmpty { return asked }
            if asked.isEmpty { return allowed }
            let kept = asked.filter { allowed.contains($0) }
            if kept.isEmpty { throw ModelRefusal(.clauseForbids, "the contract allows other hardware") }
            return kept
        }
        order.sites = try narrowed(order.sites, terms.sites)
        for index in order.lines.indices {
            order.lines[index].models = try narrowed(order.lines[index].models, terms.models)
        }
    }

    func mask(ofSites names: [String]) throws -> UInt64 {
        var mask: UInt64 = 0
        for name in names {
            guard let offset = fleet.sites.firstIndex(where: { $0.name == name }) else {
                throw ModelRefusal(.invalid, "no such site")
            }
            mask |= 1 << UInt64(offset)
        }
        return names.isEmpty ? .max : mask
    }

    func mask(ofModels names: [String]) throws -> UInt64 {
        var mask: UInt64 = 0
        for name in names {
            let found = fleet.platforms.indices.filter { fleet.platforms[$0].gpu == name }
            if found.isEmpty { throw ModelRefusal(.invalid, "no such model") }
            for offset in found { mask |= 1 << UInt64(offset) }
        }
        return names.isEmpty ? .max : mask
    }

    /// A line as a search reads it.
    func placementLine(_ order: LeaseOrder, _ line: LeaseLine) throws -> PlacementLine {
        func invalid(_ text: String) -> ModelRefusal { ModelRefusal(.invalid, text) }
        guard (1...ModelLimits.count).contains(line.count) else { throw invalid("no units, or too many") }
        var unitDepth: Int?
        switch line.shape {
        case .gpus(let size):
            unitDepth = Level.node.depth + 1
            guard [1, 2, 4, 8].contains(size) || [3, 5, 6, 7].contains(size) && line.isComposed else {
                throw invalid("no such partition")
            }
            guard line.count <= ModelLimits.parts else { throw invalid("too many parts of nodes") }
        case .mig:
            unitDepth = Level.node.depth + 1
            guard !line.isComposed else { throw invalid("only GPUs are composed") }
            guard line.count <= ModelLimits.parts else { throw invalid("too many parts of nodes") }
        case .block, .rack, .nvl72, .node, .power:
            guard !line.isComposed else { throw invalid("only GPUs are composed") }
            switch line.shape {
            case .block: unitDepth = Level.block.depth
            case .rack, .nvl72: unitDepth = Level.rack.depth
            case .node: unitDepth = Level.node.depth
            default: if line.within != nil { throw invalid("megawatts lie within nothing") }
            }
        }
        if let spread = line.spread {
            guard (1...ModelLimits.count).contains(spread.unitsMax), let unitDepth,
                spread.over.level.depth < unitDepth
            else { throw invalid("it cannot be spread so") }
            if let within = line.within, spread.over.level.depth <= depth(of: within) {
                throw invalid("it is spread over no lower level than it lies within")
            }
        }
        var platforms = try mask(ofModels: line.models)
        if case .mig(let profileID) = line.shape {
            guard let name = line.profile else { throw invalid("it names no profile") }
            var having: UInt64 = 0
            for (offset, platform) in fleet.platforms.enumerated()
            where platform.migProfiles.contains(where: { $0.profileID == profileID && $0.name == name }) {
                having |= 1 << UInt64(offset)
            }
            guard having & platforms != 0 else { throw invalid("no model has the profile") }
            platforms &= having
        }
        if line.spread?.over == .nvl72 {
            for (offset, platform) in fleet.platforms.enumerated() where !platform.isRackScale {
                platforms &= ~(1 << UInt64(offset))
            }
            for offset in fleet.platforms.count..<64 { platforms &= ~(1 << UInt64(offset)) }
            guard platforms != 0 else { throw invalid("no model stands in NVL72 racks") }
        }
        let takesCap = fleet.platforms.enumerated().contains { offset, platform in
            platforms >> UInt64(offset) & 1 == 1 && order.cap.isTaken(by: platform)
        }
        guard isAllowed(order.cap), takesCap else { throw invalid("no model takes the cap") }
        let count = try countWithSpares(order, line)
        var pins: [Range<Int>]?
        if let ids = line.pins {
            guard let nodes = nodes(of: ids), !nodes.isEmpty else { throw invalid("pinned hardware is retired") }
            pins = ranges(nodes)
        }
        return PlacementLine(
            shape: line.shape, count: count, platformMask: platforms, within: line.within,
            isComposed: line.isComposed,
            spread: line.spread.map { SpreadLimit(level: $0.over.level, unitsMax: $0.unitsMax) }, pins: pins)
    }

    func isAllowed(_ cap: PowerCap) -> Bool {
        switch cap {
        case .percent(let percent): (1...100).contains(percent)
        case .watts(let watts): (1...ModelLimits.capWatts).contains(watts)
        }
    }

    private func depth(of within: WithinLevel) -> Int {
        switch within {
        case .site: 0
        case .hall: 1
        case .block: 2
        case .rack, .nvl72: 3
        }
    }

    /// Nodes of permanent ids; nil when one is retired.
    func nodes(of ids: [IDRange]) -> [Int]? {
        var result: [Int] = []
        for range in ids {
            for offset in 0..<range.count {
                guard let node = register.node(of: PermanentNodeID(range.first + UInt32(offset))) else { return nil }
                result.append(node.offset)
            }
        }
        return result
    }

    /// Units to place: nodes of one domain with their spares.
    func countWithSpares(_ order: LeaseOrder, _ line: LeaseLine) throws -> Int {
        guard (0...ModelLimits.count).contains(order.sparesPerDomain) else {
            throw ModelRefusal(.invalid, "too many spares")
        }
        if order.sparesPerDomain == 0 { return line.count }
        switch line.shape {
        case .block, .rack, .nvl72:
            guard order.sparesPerDomain < 8 else { throw ModelRefusal(.invalid, "too many spares") }
            return line.count
        case .node where line.within != nil: return line.count + order.sparesPerDomain
        case .node, .gpus, .mig, .power:
            if order.lines.contains(where: \.mayHaveSpares) { return line.count }
            throw ModelRefusal(.invalid, "spares of no domain")
        }
    }

    // MARK: Granting

    /// Grants all orders, or refuses with the first that cannot be granted.
    mutating func grant(_ orders: [LeaseOrder], _ choices: inout ModelChoices) throws -> [UInt64] {
        guard orders.count <= ModelLimits.leases else { throw ModelRefusal(.invalid, "too many leases") }
        var numbers: [UInt64] = []
        for order in orders {
            if order.lines.contains(where: { $0.claim != nil }) { throw ModelUnknown("claimed hardware") }
            if order.lines.contains(where: { !$0.ramp.isEmpty }) { throw ModelUnknown("ramps") }
            if !targets.isEmpty { throw ModelUnknown("grants under load targets") }
            let sound = try sound(order)
            numbers.append(nextNumber)
            let terms = BookingTerms(
                lease: nextNumber, start: sound.start, end: sound.order.end,
                until: sound.order.end + sound.turnRoundSeconds, cap: sound.order.cap)
            let request = PlacementRequest(
                lines: sound.lines, siteMask: sound.siteMask, terms: terms, now: time)
            let answer = ground().place(request)
            guard answer.isComplete else { throw ModelRefusal(.noCapacity, "it does not fit") }
            try grant(sound, answer, &choices)
        }
        return numbers
    }

    /// Grants an order as it was placed.
    private mutating func grant(
        _ sound: ModelOrder, _ answer: SlowAnswer, _ choices: inout ModelChoices
    ) throws {
        let order = sound.order
        var lines = order.lines
        for index in lines.indices {
            lines[index].holdings = Holdings(
                wholeNodes: ranges(answer.lines[index].wholeNodes), partialNodes: answer.lines[index].partitions,
                slices: answer.lines[index].slices)
            if order.sparesPerDomain > 0 { setSparesApart(&lines[index], order.sparesPerDomain) }
        }
        let promise = promise(lines, cap: order.cap)
        try checkQuota(
            of: order.tenant, isFirm: order.leaseClass != .opportunistic, gpus: quotaGPUs(lines),
            watts: promise.watts, over: sound.start..<order.end)
        let number = nextNumber
        nextNumber += 1
        parts[number] = ModelPart(
            number: number, partOf: nil, tenant: order.tenant, contract: order.contract,
            contractVersion: order.contract.flatMap { contracts[$0]?.versions.count } ?? 0, label: order.label,
            leaseClass: order.leaseClass, sites: order.sites, cap: order.cap, sparesPerDomain: order.sparesPerDomain,
            lines: lines, promise: promise, start: sound.start, end: order.end,
            turnRoundSeconds: sound.turnRoundSeconds, state: .scheduled, termStart: sound.start)
        if sound.start <= time { try start(number, at: time, &choices) }
    }

    /// The last nodes of each domain that a line holds are its spares.
    func setSparesApart(_ line: inout LeaseLine, _ count: Int) {
        guard line.mayHaveSpares else { return }
        let held = line.holdings.wholeNodes.flatMap { Array($0) }
        var spares: [Int] = []
        for domain in fleet.domains where domain.level == line.replacementLevel {
            spares += held.filter { domain.nodes.contains($0) }.suffix(count)
        }
        line.holdings.spareNodes = spares
        line.holdings.wholeNodes = ranges(held.filter { !spares.contains($0) })
    }

    // MARK: Quota

    /// Refuses what brings a tenant over its quota, or cohorts over theirs, at some second of a window.
    func checkQuota(of name: String, isFirm: Bool, gpus: Int, watts: Watts, over window: Range<Int64>) throws {
        for (amount, resource) in [(Int64(gpus), Resource.gpus), (watts, .watts)] {
            guard amount > 0, let tenant = tenants[name], let quota = resource.of(tenant.quota) else { continue }
            for time in times(in: window) {
                let held = usage(of: name, resource, at: time)
                if let most = resource.most(tenant.share, quota), held + amount > most {
                    throw ModelRefusal(.quotaExceeded, "\(name) has too little quota")
                }
                guard tenant.share.cohort != nil else { continue }
                if isFirm, usage(of: name, resource, at: time, isFirmAlone: true) + amount > quota {
                    throw ModelRefusal(.quotaExceeded, "\(name) has too little quota of its own")
                }
                var (more, used) = (amount, held)
                var kept = resource.kept(tenant.share, quota)
                var next = tenant.share.cohort
                while let cohort = next.flatMap({ cohorts[$0] }) {
                    more = max(0, used + more - kept) - max(0, used - kept)
                    if more == 0 { break }
                    let capacity = capacity(of: cohort, resource)
                    used = usage(ofCohort: cohort.name, resource, at: time)
                    if let most = resource.most(cohort.share, capacity), used + more > most {
                        throw ModelRefusal(.quotaExceeded, "cohort \(cohort.name) has too little")
                    }
                    kept = resource.kept(cohort.share, capacity)
                    next = cohort.share.cohort
                }
            }
        }
    }

    /// What a quota limits.
    enum Resource {
        case gpus, watts

        func of(_ quota: Quota) -> Int64? { self == .gpus ? quota.gpus.map(Int64.init) : quota.watts }
        /// How much of a quota nobody else may use.
        func kept(_ share: QuotaShare, _ quota: Int64) -> Int64 {
            share.cohort == nil ? quota : max(0, quota - (of(share.lending) ?? quota))
        }
        /// The most that may be held with it.
        func most(_ share: QuotaShare, _ quota: Int64) -> Int64? {
            share.cohort == nil ? quota : of(share.borrowing).map { quota + $0 }
        }
    }

    /// The start of a window, and every second in it at which somebody holds more.
    private func times(in window: Range<Int64>) -> [Int64] {
        var times: Set<Int64> = [window.lowerBound]
        for part in live {
            for time in [part.start, part.end] + part.capSteps.map(\.at) where window.contains(time) {
                times.insert(time)
            }
        }
        return times.sorted()
    }

    private func usage(of name: String, _ resource: Resource, at time: Int64, isFirmAlone: Bool = false) -> Int64 {
        var sum: Int64 = 0
        for part in parts.values where !part.isOver && part.tenant == name && part.covers(time) {
            if isFirmAlone && part.leaseClass == .opportunistic { continue }
            let isAtFirstCap = !part.capSteps.contains { $0.at <= time }
            switch resource {
            case .gpus: sum += Int64(quotaGPUs(part.lines))
            case .watts:
                let promise = isAtFirstCap ? part.promise : promise(part.lines, cap: part.cap(at: time))
                sum += promise.watts
            }
        }
        return sum
    }

    /// What members of a cohort use beyond what they keep for themselves.
    private func usage(ofCohort name: String, _ resource: Resource, at time: Int64) -> Int64 {
        var sum: Int64 = 0
        for (member, tenant) in tenants where tenant.share.cohort == name {
            guard let quota = resource.of(tenant.quota) else { continue }
            sum += max(0, usage(of: member, resource, at: time) - resource.kept(tenant.share, quota))
        }
        for member in cohorts.values where member.share.cohort == name {
            let kept = resource.kept(member.share, capacity(of: member, resource))
            sum += max(0, usage(ofCohort: member.name, resource, at: time) - kept)
        }
        return sum
    }

    /// A cohort's own quota with what its members lend.
    private func capacity(of cohort: Cohort, _ resource: Resource) -> Int64 {
        var sum = resource.of(cohort.quota) ?? 0
        for tenant in tenants.values where tenant.share.cohort == cohort.name {
            guard let quota = resource.of(tenant.quota) else { continue }
            sum += min(quota, resource.of(tenant.share.lending) ?? quota)
        }
        for member in cohorts.values where member.share.cohort == cohort.name {
            let capacity = capacity(of: member, resource)
            sum += min(capacity, resource.of(member.share.lending) ?? capacity)
        }
        return sum
    }
}
