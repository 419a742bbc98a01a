// A seeded source of commands of every kind, chosen with an eye on the book so that most of them mean something.

import FleetModel
import Leasing
import Packing

/// One command with who sends it.
struct LifeCommand: Sendable {
    var command: Command
    var actor: Actor
    var key: IdempotencyKey?
    /// Of the fleet for which it was made, and that fleet's file: where steps before were left out, another fleet may have the version.
    var fleetVersion: Int
    var fleetSource: String

    /// The version under which it names nodes, for a book as it is; none where it was made for another fleet.
    func fleetVersion(in book: Book) -> Int { fleetSource == book.fleet.source ? fleetVersion : 0 }
}

/// Makes one command after the other for a book as it is at that time. The same seed and the same books give the same commands.
struct LifeCommands: Sendable {
    var random: SimulationRandom
    let mix: LifeMix
    /// Fleets that follow one another.
    let fleets: [Fleet]
    /// What the next command is made for.
    var book = Book()
    var now: Int64 = 0
    /// Plans that may be taken later.
    var plans: [(order: LeaseOrder, token: [UInt8])] = []
    var changes: [(commands: [PlannedCommand], commitment: PlanCommitment, fleetVersion: Int)] = []
    private var sent = 0

    let hour: Int64 = 3_600
    let day: Int64 = 86_400
    let tenants = ["ada", "bob", "eve"]

    init(seed: UInt64, mix: LifeMix, fleets: [Fleet]) {
        random = SimulationRandom(seed: seed)
        self.mix = mix
        self.fleets = fleets
    }

    /// Tenants and contracts of a new book.
    mutating func opening(of book: Book, now: Int64) -> [LifeCommand] {
        (self.book, self.now) = (book, now)
        let tenants = tenants.map { Command.putTenant(name: $0, quota: Quota(), description: "kept") }
        let contracts = ["c0", "c1"].map { Command.putContract(name: $0, terms: anyTerms()) }
        return (tenants + contracts).map { sent($0) }
    }

    /// The next command for `book` at `now`.
    mutating func next(on book: Book, now: Int64) -> LifeCommand {
        (self.book, self.now) = (book, now)
        return sent(pick())
    }

    /// Gives a command its sender, and now and then a key that has been used before.
    private mutating func sent(_ command: Command) -> LifeCommand {
        sent += 1
        var actor = Actor(name: "uid:\(random.isOne(in: 4) ? 2 : 1) op", role: "operator")
        if let tenant = command.sender { actor = Actor(name: "token:\(tenant)", role: "tenant:\(tenant)") }
        let scope = command.sender.map { "tenant:\($0)" } ?? "uid:1"
        let key =
            random.isOne(in: 8)
            ? IdempotencyKey(scope: scope, key: "k\(random.pick(0..<40))", bodyDigest: [UInt8(random.pick(0..<2))])
            : nil
        return LifeCommand(
            command: command, actor: actor, key: key, fleetVersion: book.fleetVersion, fleetSource: book.fleet.source)
    }

    private mutating func pick() -> Command {
        switch mix.draw(&random) {
        case .request: return request()
        case .spot: return spot()
        case .offer: return offer()
        case .series: return series()
        case .imports: return imported()
        case .amend: return amendment()
        case .release:
            let number = anyLease()
            let tenant = book.lease(number)?.tenant ?? "ada"
            return .releaseLease(number, by: random.isOne(in: 4) ? .provider : .tenant(tenant))
        case .notice: return notice()
        case .approval: return approval()
        case .transfer: return transfer()
        case .sublease: return sublease()
        case .nodes: return verb()
        case .maintenance: return maintenance()
        case .fault: return anyFault()
        case .power: return anyPower()
        case .feed: return feed()
        case .tenant: return anyTenant()
        case .cohort: return cohort()
        case .contract:
            let name = "c\(random.pick(0..<3))"
            return random.isOne(in: 3) ? .removeContract(name: name) : .putContract(name: name, terms: anyTerms())
        case .fleet:
            // What was due while time stood still takes effect before a fleet that came since, which the replay of accounts
            // counts from its own time on: docs/testing.md.
            return book.freeze == nil ? .adoptFleet(random.pick(from: fleets)) : .setFreeze(false)
        case .plan: return change()
        case .token: return token()
        case .housekeeping: return housekeeping()
        }
    }

    private mutating func anyTenant() -> Command {
        if random.isOne(in: 4) { return .removeTenant(name: tenant()) }
        return putTenant(
            Quota(
                gpus: random.isOne(in: 2) ? nil : random.pick(40...200),
                watts: random.isOne(in: 2) ? nil : Watts(random.pick(20_000...400_000))))
    }

    private mutating func feed() -> Command {
        let budgets = book.fleet.budgets
        let name = random.pick(from: budgets).name
        let sources = book.fleet.budgets.first { $0.name == name }!.sources.map(\.name)
        let source = sources.isEmpty || random.isOne(in: 2) ? nil : random.pick(from: sources)
        if let failure = book.feedFailures.randomElement(using: &random), !random.isOne(in: 3) {
            return .restoreFeed(failure.budget, source: failure.source)
        }
        return random.isOne(in: 2) ? .failFeed(name, source: source) : .restoreFeed(name, source: source)
    }

    private mutating func housekeeping() -> Command {
        switch random.pick(0..<8) {
        case 0: .setFreeze(true)
        case 1, 2: .setFreeze(false)
        case 3: .confirmClock
        case 4: .finaliseUpgrade
        case 5: .noteBackup(path: "/backups/\(random.pick(0..<9))")
        case 6: .heartbeat
        default: .advance
        }
    }

    private mutating func token() -> Command {
        var numbers: [UInt64] = []
        let owners: [TokenOwner] = tenants.map { .tenant($0) } + [.auditor, .actuator]
        for owner in owners { numbers += book.tokens(of: owner).map(\.number) }
        if random.isOne(in: 3) { return .revokeToken(numbers.randomElement(using: &random) ?? 7) }
        return .makeToken(
            TokenOrder(
                owner: random.pick(from: owners), name: "t\(random.pick(0..<6))",
                scopes: random.pick(from: [.read, [.read, .request], .all]),
                digest: (0..<32).map { _ in UInt8(random.pick(0..<256)) },
                lifeSeconds: Int64(random.pick(from: [3_600, 86_400, 40 * 86_400])),
                parent: random.isOne(in: 3) ? numbers.randomElement(using: &random) : nil,
                pepper: random.isOne(in: 3) ? Array(0..<8) : nil))
    }

    private mutating func approval() -> Command {
        guard let open = book.openApprovals.randomElement(using: &random) else {
            return random.isOne(in: 4) ? .answerApproval(1_000_000, approves: true) : notice()
        }
        return .answerApproval(open.number, approves: !random.isOne(in: 4))
    }
}

extension Command {
    /// The tenant that sends it, or nil for an operator.
    var sender: String? {
        switch self {
        case .releaseSeries(_, _, let audience), .releaseLease(_, let audience), .splitLease(_, _, let audience),
            .proposeTransfer(_, _, let audience), .answerTransfer(_, _, let audience),
            .withdrawTransfer(_, let audience), .proposeSublease(_, _, let audience),
            .answerSublease(_, _, _, let audience), .endSublease(_, let audience):
            audience.tenant
        case .amendLease(_, let amendment): amendment.audience.tenant
        case .reportFault(let order): order.tenant
        default: nil
        }
    }

    /// What kind of command it is, for counting.
    var kind: String {
        Mirror(reflecting: self).children.first?.label ?? "\(self)"
    }
}

extension Audience {
    var tenant: String? {
        if case .tenant(let name) = self { return name }
        return nil
    }
}
