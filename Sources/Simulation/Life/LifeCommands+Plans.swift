// What was planned or offered before it is asked for: offers, changes on paper, series, and hardware that is claimed.

import FleetModel
import Leasing
import Packing

extension LifeCommands {
    /// Looks for offers and takes one, at once or when it may have expired.
    mutating func offer() -> Command {
        if let plan = plans.last, random.isOne(in: 3) {
            plans.removeLast()
            return .requestLeases([plan.order], planTokens: [plan.token])
        }
        let order = anyOrder()
        let seconds = max(1, order.end - (order.start ?? now))
        let query = OfferQuery(
            order: order, variants: [OfferVariant(lines: order.lines)],
            start: order.start.map { .within($0...$0 + day) } ?? .whenTaken, length: .seconds(seconds...seconds),
            caps: .percent(50...100), objectives: OfferObjective.allCases, validSeconds: 600, carbonMicrosPerTonne: 0)
        guard let offer = try? book.offers(for: query, now: now).randomElement(using: &random) else {
            return .requestLeases([order], planTokens: [nil])
        }
        plans.append((offer.order, offer.planToken))
        return .requestLeases([offer.order], planTokens: [offer.planToken])
    }

    /// Several leases by a rule, or the end of such.
    mutating func series() -> Command {
        let (name, tenant) = ("s\(random.pick(0..<3))", tenant())
        if random.isOne(in: 3) {
            return .releaseSeries(name, tenant: tenant, by: random.isOne(in: 2) ? .provider : .tenant(tenant))
        }
        var order = anyOrder()
        order.tenant = tenant
        order.contract = nil
        for place in order.lines.indices { order.lines[place].ramp = [] }
        let start = (order.start ?? now) + 1
        let length = min(max(1, order.end - start), 6 * hour)
        let orders = (0..<random.pick(2...5)).map { place in
            var occurrence = order
            occurrence.label = LeaseSeries.label(name, place: place + 1)
            occurrence.start = start + Int64(place) * day
            occurrence.end = occurrence.start! + length
            return occurrence
        }
        return .requestSeries(name, orders)
    }

    /// A tenant, a contract and a lease on the hardware that a plan would have given it, or that may be somebody else's.
    mutating func imported() -> Command {
        var order = anyOrder()
        for place in order.lines.indices { order.lines[place].ramp = [] }
        if let (planned, _) = try? book.plan(order, now: now) {
            for place in order.lines.indices { order.lines[place].claim = planned.lines[place].holdings.placement }
        }
        var more = ImportOrder(leases: [order])
        if random.isOne(in: 3) {
            more.tenants = [(name: order.tenant, quota: Quota(), share: QuotaShare(), description: "kept")]
        }
        if random.isOne(in: 4) { more.contracts = [(name: "c2", terms: anyTerms())] }
        return .importBook(more)
    }

    /// Some commands as one plan: tried on paper and committed, at once or later, or carried out without a token.
    mutating func change() -> Command {
        if let change = changes.last, random.isOne(in: 2) {
            changes.removeLast()
            // Whoever commits names the nodes again, which on another fleet are others.
            guard change.fleetVersion == book.fleetVersion else { return .heartbeat }
            return .carryOut(change.commands, change.commitment)
        }
        var commands: [PlannedCommand] = []
        for _ in 0..<random.pick(1...3) {
            let command = [request(), verb(), maintenance(), anyPower(), amendment()].randomElement(using: &random)!
            if command.mayBePlanned { commands.append(PlannedCommand(command, reason: "planned")) }
        }
        guard !commands.isEmpty else { return .heartbeat }
        let context = CommandContext(
            actor: Actor(name: "uid:1 op", role: "operator"), reason: "plan", requestID: "plan", now: now)
        let request: [UInt8] = [UInt8(changes.count)]
        let at = random.isOne(in: 4) ? now + hour : nil
        guard let plan = try? book.plan(commands, request: request, at: at, context), at == nil else {
            return .carryOut(commands, nil)
        }
        let commitment = PlanCommitment(token: plan.token, request: request)
        changes.append((commands, commitment, book.fleetVersion))
        return random.isOne(in: 2) ? .heartbeat : .carryOut(commands, commitment)
    }
}
