// What each command does in the model, or why it is refused.

import FleetModel
import Leasing
import Packing

extension ModelState {
    /// Carries one command out; the leases that its answer names, nil where the model does not say.
    ///
    /// - Throws: ``ModelRefusal``, ``ModelUnknown`` or ``ModelFault``.
    mutating func carryOut(
        _ command: Command, by actor: Actor, because reason: String, _ choices: inout ModelChoices
    ) throws -> [UInt64]? {
        switch command {
        case .putTenant(let name, let quota, let share, let description):
            try checkShare(share, above: nil)
            tenants[name] = ModelTenant(quota: quota, share: share, description: description)
        case .removeTenant(let name): try remove(tenant: name)
        case .putCohort(let cohort):
            if cohorts[cohort.name] == cohort { return nil }
            try checkShare(cohort.share, above: cohort.name)
            cohorts[cohort.name] = cohort
        case .removeCohort(let name):
            guard cohorts[name] != nil else { throw ModelRefusal(.notFound, "no such cohort") }
            let isUsed =
                tenants.values.contains { $0.share.cohort == name }
                || cohorts.values.contains { $0.share.cohort == name }
            if isUsed { throw ModelRefusal(.inUse, "it has members") }
            cohorts[name] = nil
        case .putContract(let name, let terms): try put(name, terms)
        case .removeContract(let name):
            guard contract(name) != nil else { throw ModelRefusal(.notFound, "no such contract") }
            if live.contains(where: { $0.contract == name }) { throw ModelRefusal(.inUse, "a lease is under it") }
            contracts[name]!.isRemoved = true
        case .requestLeases(let orders, let tokens):
            if tokens.contains(where: { $0 != nil }) { throw ModelUnknown("plan tokens") }
            return try grant(orders, &choices)
        case .requestSeries(let name, let orders):
            if !leases(ofSeries: name, of: orders[0].tenant).isEmpty {
                throw ModelRefusal(.inUse, "the series is not over")
            }
            return try grant(orders, &choices)
        case .releaseSeries(let name, let tenant, let audience):
            return try release(series: name, of: tenant, by: audience)
        case .releaseLease(let number, let audience):
            try checkRelease(number, by: audience)
            try checkNoneGaveWay(to: [number])
            release(number)
            return [number]
        case .setNodes(let verb, let named, let until):
            if let until, until <= time || ![.cordon, .drain, .service].contains(verb) {
                throw ModelRefusal(.invalid, "`until` does not go with it")
            }
            let all = named.flatMap { Array($0) }
            if let wrong = all.first(where: { !suits(verb, $0) }) {
                throw ModelRefusal(.wrongState, "\(name(wrong)) is \(nodes[wrong].health)")
            }
            try apply(verb, all, until: until, &choices)
        case .putMaintenance(let name, let plan): try put(maintenance: name, plan, by: actor)
        case .removeMaintenance(let name):
            guard maintenance[name] != nil else { throw ModelRefusal(.notFound, "no such maintenance") }
            maintenance[name] = nil
        case .makeToken(let order): try make(order, by: actor)
        case .revokeToken(let number): try revoke(number)
        case .failFeed(let name, let source): try fail(feed: name, source, by: actor, because: reason, &choices)
        case .restoreFeed(let name, let source): try restore(feed: name, source)
        case .setFreeze(let isFrozen): try freeze(isFrozen, by: actor, because: reason)
        case .advance: try letPass(until: time, &choices)
        case .confirmClock, .noteBackup, .finaliseUpgrade, .heartbeat: break
        case .open, .adoptFleet, .amendLease, .serveReclaim, .withdrawReclaim, .nominate, .answerApproval,
            .importBook, .splitLease, .proposeTransfer, .answerTransfer, .withdrawTransfer, .proposeSublease,
            .answerSublease, .endSublease, .identifyGPUs, .reportFault, .decideFault, .setLoadTarget,
            .removeLoadTarget, .acknowledgeOrders, .acknowledgeNotice, .carryOut:
            throw ModelUnknown(command.kind)
        }
        return nil
    }

    // MARK: Tenants and cohorts

    /// Refuses a place in a cohort that is not there, or under itself.
    private func checkShare(_ share: QuotaShare, above name: String?) throws {
        guard let cohort = share.cohort else {
            if share.borrowing != Quota() || share.lending != Quota() {
                throw ModelRefusal(.invalid, "nothing is lent without a cohort")
            }
            return
        }
        guard cohorts[cohort] != nil else { throw ModelRefusal(.invalid, "no such cohort") }
        guard let name else { return }
        var (above, next) = ([String](), Optional(cohort))
        while let here = next, above.count < 64 {
            above.append(here)
            next = cohorts[here]?.share.cohort
        }
        if above.contains(name) { throw ModelRefusal(.invalid, "it would be above itself") }
        func height(_ name: String) -> Int {
            1 + (cohorts.values.filter { $0.share.cohort == name }.map { height($0.name) }.max() ?? 0)
        }
        if above.count + height(name) > 16 { throw ModelRefusal(.invalid, "too many above one another") }
    }

    private mutating func remove(tenant name: String) throws {
        guard tenants[name] != nil else { throw ModelRefusal(.notFound, "no such tenant") }
        let isUsed =
            live.contains { $0.tenant == name }
            || contracts.values.contains { !$0.isRemoved && $0.versions.last?.tenant == name }
            || transfers.contains { $0.to == name } || (subleases + openSubleases).contains { $0.to == name }
        if isUsed { throw ModelRefusal(.inUse, "something refers to it") }
        tenants[name] = nil
        usedNames.insert(name)
        tokens = tokens.filter { $0.value.owner != .tenant(name) }
        keys = keys.filter { $0.key.scope != "tenant:\(name)" }
        for contract in contracts.keys {
            for version in contracts[contract]!.versions.indices
            where contracts[contract]!.versions[version].tenant == name {
                // Versions that were its alone stay so.
                contracts[contract]!.versions[version].tenant = name + "~"
            }
        }
    }

    // MARK: Contracts

    private mutating func put(_ name: String, _ terms: ContractTerms) throws {
        if let tenant = terms.tenant, tenants[tenant] == nil { throw ModelRefusal(.invalid, "no such tenant") }
        _ = try mask(ofSites: terms.sites)
        _ = try mask(ofModels: terms.models)
        if contradicts(itself: terms) { throw ModelRefusal(.invalid, "its clauses contradict each other") }
        if contract(name) == terms { return }
        if let tenant = terms.tenant, live.contains(where: { $0.contract == name && $0.tenant != tenant }) {
            throw ModelRefusal(.inUse, "a lease of another tenant is under it")
        }
        if contracts[name]?.versions.count ?? 0 >= 1_000 { throw ModelRefusal(.inUse, "too many versions") }
        contracts[name, default: ModelContract(versions: [])].versions.append(terms)
        contracts[name]!.isRemoved = false
    }

    /// Whether two clauses of a contract cannot both hold: the table of docs/contracts.md.
    private func contradicts(itself terms: ContractTerms) -> Bool {
        let hasBase = terms.pricePerMonthMicros != nil || terms.pricePerYearMicros != nil
        let hasPrice = hasBase || terms.pricePerGPUHourMicros != nil || terms.pricePerMWhMicros != nil
        let hasNotice =
            terms.noticeSeconds != nil || terms.providerNoticeSeconds != nil && terms.tenantNoticeSeconds != nil
        let takesBack =
            !terms.reclaimCauses.isEmpty || terms.convenience != nil || terms.cancellationAfter != nil
        var found: [Bool] = []
        found.append(!terms.rampDiscounts.isEmpty && !hasBase)
        found.append(terms.commitmentSeconds != nil && !hasPrice)
        if let commitment = terms.commitmentSeconds, let term = terms.minimumTermSeconds {
            found.append(commitment < term)
        }
        found.append(terms.cancellationAfter != nil && !hasNotice)
        found.append(terms.reclaimCauses.contains("convenience"))
        found.append(terms.causeNoticeSeconds != nil && terms.reclaimCauses.isEmpty)
        found.append(terms.approvals?.forCause == true && terms.reclaimCauses.isEmpty)
        found.append(terms.approvals?.forConvenience == true && terms.convenience == nil)
        found.append(terms.offRamp != nil && !takesBack)
        found.append(!terms.credits.isEmpty && terms.availabilityBasisPoints == nil)
        if let target = terms.availabilityBasisPoints {
            found.append(terms.credits.contains { $0.belowBasisPoints > target })
        }
        found.append(terms.curtailmentFloorPercent == 100 && terms.curtailmentMayStop != true)
        found.append(terms.wholeRackSwapNeedsConsent == false && terms.movable != nil)
        found.append(terms.transfers?.needsApproval == false && hasBase)
        if !terms.sites.isEmpty && !terms.models.isEmpty {
            found.append(
                !fleet.racks.contains { rack in
                    terms.sites.contains(fleet.sites[rack.siteOffset].name)
                        && terms.models.contains(fleet.platforms[rack.platformOffset].gpu)
                })
        }
        return found.contains(true)
    }

    // MARK: Ending leases

    /// When a tenant's notice of this second would end a lease; refused where it may give none yet.
    func tenantEnding(_ part: ModelPart, _ terms: ContractTerms) throws -> Int64 {
        if let after = terms.cancellationAfter, time < after {
            throw ModelRefusal(.clauseForbids, "no notice may be given yet")
        }
        let notice = terms.tenantNoticeSeconds ?? terms.noticeSeconds ?? 0
        return max(time + notice, termEnd(part, terms))
    }

    func termEnd(_ part: ModelPart, _ terms: ContractTerms) -> Int64 {
        terms.minimumTermSeconds.map { part.termStart + $0 } ?? .min
    }

    /// Refuses to end a lease, or some of it, where its contract holds who asks to something.
    func checkMayEnd(_ part: ModelPart, by audience: Audience) throws {
        guard let terms = terms(of: part) else { return }
        switch audience {
        case .provider: throw ModelRefusal(.clauseForbids, "the provider takes nothing without a notice")
        case .tenant:
            if try tenantEnding(part, terms) > time { throw ModelRefusal(.clauseForbids, "a notice is due") }
        }
    }

    func sublease(on number: UInt64) -> Sublease? { subleases.first { $0.lease == number } }

    private func checkRelease(_ number: UInt64, by audience: Audience) throws {
        guard let part = parts[number], part.partOf == nil else { throw ModelRefusal(.notFound, "no such lease") }
        guard part.state == .scheduled || part.isInWindow else { throw ModelRefusal(.wrongState, "it is over") }
        if case .tenant = audience, sublease(on: number) != nil { throw ModelRefusal(.wrongState, "it is let") }
        try checkMayEnd(part, by: audience)
    }

    /// The model does not say what those get back that gave way to a lease.
    private func checkNoneGaveWay(to numbers: [UInt64]) throws {
        let gaveWay = reclaims.values.joined().contains { notice in
            if case .preemption(let number) = notice.clause { numbers.contains(number) } else { false }
        }
        if gaveWay { throw ModelUnknown("releases of what others gave way to") }
    }

    /// Gives back all parts of a lease.
    mutating func release(_ number: UInt64) {
        for part in all(of: number) {
            switch part.state {
            case .scheduled: end(part.number, as: .cancelled)
            case .starting, .active:
                end(part.number, as: .ending)
                parts[part.number]!.end = min(part.end, max(time, part.start + 1))
            case .ending, .expired, .cancelled, .failed, .reclaimed, .preempted, .transferred: break
            }
        }
    }

    /// Leases of a series that are not over.
    private func leases(ofSeries name: String, of tenant: String) -> [UInt64] {
        parts.values.filter { part in
            guard part.partOf == nil, part.tenant == tenant, let label = part.label else { return false }
            guard let mark = label.lastIndex(of: "#") else { return false }
            return label[..<mark] == name && !isOver(part.number)
        }.map(\.number).sorted()
    }

    private mutating func release(series name: String, of tenant: String, by audience: Audience) throws -> [UInt64] {
        let live = leases(ofSeries: name, of: tenant)
        if live.isEmpty { throw ModelRefusal(.notFound, "no such series") }
        let numbers = live.filter { parts[$0]!.state == .scheduled || parts[$0]!.isInWindow }
        if numbers.isEmpty { throw ModelRefusal(.wrongState, "it is ending already") }
        if case .tenant = audience, numbers.contains(where: { sublease(on: $0) != nil }) {
            throw ModelRefusal(.wrongState, "some of it is let")
        }
        for number in numbers { try checkMayEnd(parts[number]!, by: audience) }
        try checkNoneGaveWay(to: numbers)
        for number in numbers { release(number) }
        return numbers
    }

    // MARK: Maintenance

    private mutating func put(maintenance name: String, _ asked: Maintenance.Plan, by actor: Actor) throws {
        var plan = asked
        guard (1...1_000).contains(plan.windows.count), !plan.nodes.isEmpty else {
            throw ModelRefusal(.invalid, "no windows or nodes, or too many")
        }
        plan.windows = plan.windows.filter { $0.upperBound > time }
        guard let last = plan.windows.last, last.upperBound <= time + ModelLimits.horizon else {
            throw ModelRefusal(.invalid, "it is over, or after 50 years")
        }
        let count = plan.nodes.reduce(0) { $0 + $1.count } * plan.windows.count
        guard count <= 500_000 else { throw ModelRefusal(.invalid, "too much at once") }
        if plan.windows[0].lowerBound < time {
            // One that runs already is known as it was.
            let first = plan.nodes[0].lowerBound
            let isKnown = maintenance.values.contains { other in
                other.windows[0] == plan.windows[0] && other.nodes.contains { $0.contains(first) }
            }
            if !isKnown { plan.windows[0] = time..<plan.windows[0].upperBound }
        }
        let before = maintenance[name]
        if before == plan { return }
        guard before != nil || maintenance.count < 10_000 else { throw ModelRefusal(.invalid, "too many") }
        maintenance[name] = nil
        let ground = ground()
        for window in plan.windows {
            for node in plan.nodes.joined() {
                let isHeld = ground.holdings[node].contains {
                    $0.until > time && window.upperBound > max($0.start, time) && window.lowerBound < $0.until
                }
                if isHeld { throw ModelRefusal(.inUse, "\(self.name(node)) is held then") }
            }
        }
        maintenance[name] = plan
    }

    // MARK: Tokens

    private mutating func make(_ order: TokenOrder, by actor: Actor) throws {
        if case .tenant(let name) = order.owner, tenants[name] == nil {
            throw ModelRefusal(.notFound, "no such tenant")
        }
        let scopes = order.scopes.rawValue
        guard scopes != 0, scopes & ~TokenScopes.all.rawValue == 0, order.lifeSeconds >= 1,
            order.lifeSeconds <= TokenLimits.lifeSecondsMax
        else { throw ModelRefusal(.invalid, "its scopes or its life") }
        let counting = tokens.values.filter { $0.owner == order.owner && $0.counts(at: time) }
        if counting.contains(where: { $0.name == order.name }) || counting.count >= TokenLimits.liveMax
            || tokens.values.contains(where: { $0.digest == order.digest })
        {
            throw ModelRefusal(.wrongState, "its name or its secret is taken, or there are too many")
        }
        if let number = order.parent {
            guard let parent = tokens[number], parent.counts(at: time), parent.owner == order.owner else {
                throw ModelRefusal(.wrongState, "its parent counts no more")
            }
            guard scopes & ~parent.scopes == 0, time + order.lifeSeconds <= parent.expiresAt else {
                throw ModelRefusal(.invalid, "it would do more than its parent, or outlive it")
            }
        }
        tokens[nextToken] = ModelToken(
            owner: order.owner, name: order.name, scopes: scopes, digest: order.digest,
            expiresAt: time + order.lifeSeconds, parent: order.parent, revokedAt: nil)
        nextToken += 1
        // Of those that are over only the newest are kept.
        let over = tokens.filter { $0.value.owner == order.owner && !$0.value.counts(at: time) }.keys.sorted()
        for number in over.dropLast(TokenLimits.overMax) { tokens[number] = nil }
    }

    private mutating func revoke(_ number: UInt64) throws {
        guard let token = tokens[number] else { throw ModelRefusal(.notFound, "no such token") }
        var revoked: Set<UInt64> = [number]
        for candidate in tokens.keys.sorted() where tokens[candidate]!.owner == token.owner {
            if let parent = tokens[candidate]!.parent, revoked.contains(parent) { revoked.insert(candidate) }
            guard revoked.contains(candidate), tokens[candidate]!.counts(at: time) else { continue }
            tokens[candidate]!.revokedAt = time
        }
    }

    // MARK: Feeds

    private func check(feed name: String, _ source: String?) throws {
        guard let budget = fleet.budgets.first(where: { $0.name == name }) else {
            throw ModelRefusal(.notFound, "no such feed")
        }
        guard let source else { return }
        if !budget.sources.contains(where: { $0.name == source }) { throw ModelRefusal(.notFound, "no such source") }
    }

    private mutating func fail(
        feed name: String, _ source: String?, by actor: Actor, because reason: String, _ choices: inout ModelChoices
    ) throws {
        try check(feed: name, source)
        if failures.contains(ModelFailure(budget: name, source: source)) {
            throw ModelRefusal(.wrongState, "it has failed already")
        }
        failures.insert(ModelFailure(budget: name, source: source))
        guard source == nil else { return }
        let dark = nodes.indices.filter { node in
            nodes[node].health != .faulty && isWithoutFeed(fleet.rackOfNode[node].offset)
        }
        if dark.isEmpty { return }
        try fault(dark, &choices)
        for node in dark { nodes[node].isDark = true }
    }

    private mutating func restore(feed name: String, _ source: String?) throws {
        try check(feed: name, source)
        guard failures.remove(ModelFailure(budget: name, source: source)) != nil else {
            throw ModelRefusal(.wrongState, "it has not failed")
        }
        guard source == nil else { return }
        repair(nodes.indices.filter { nodes[$0].isDark && !isWithoutFeed(fleet.rackOfNode[$0].offset) })
    }

    // MARK: Time

    private mutating func freeze(_ isFrozen: Bool, by actor: Actor, because reason: String) throws {
        if let freeze, isFrozen, freeze.actor != actor.name || freeze.reason != reason {
            throw ModelRefusal(.wrongState, "somebody else has frozen time")
        }
        if !isFrozen {
            freeze = nil
        } else if freeze == nil {
            freeze = ModelFreeze(actor: actor.name, reason: reason)
        }
    }
}
