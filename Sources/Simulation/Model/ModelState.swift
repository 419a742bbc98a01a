// What the model knows: every lease, node and tenant as plain data, without index, page or derived table.

import FleetModel
import Leasing
import Packing

/// A lease, or a further part of one.
struct ModelPart {
    let number: UInt64
    var partOf: UInt64?
    var tenant: String
    var contract: String?
    /// From 1; 0 without a contract.
    var contractVersion = 0
    var label: String?
    var leaseClass: LeaseClass
    var sites: [String]
    var cap: PowerCap
    var capSteps: [CapStep] = []
    var capStepsBegun = 0
    var sparesPerDomain: Int
    var lines: [LeaseLine]
    /// What it was promised, which stays whatever replaces its hardware.
    var promise: ModelPromise
    var start: Int64
    var end: Int64
    var turnRoundSeconds: Int64
    var state: LeaseState
    /// Since when each condition has held.
    var conditions: [ConditionKind: Int64] = [:]
    /// Nodes in use that are down, ascending.
    var down: [Int] = []
    /// Nodes that have come back before the lease as a whole.
    var returned: Set<Int> = []
    var curtailments: [Curtailment] = []
    /// From when on the clauses of its contract count.
    var termStart: Int64

    var leaseNumber: UInt64 { partOf ?? number }
    var until: Int64 { end + turnRoundSeconds }
    var isOver: Bool {
        switch state {
        case .scheduled, .starting, .active, .ending: false
        case .expired, .cancelled, .failed, .reclaimed, .preempted, .transferred: true
        }
    }
    var isInWindow: Bool { state == .starting || state == .active }
    /// The cap of a time.
    func cap(at time: Int64) -> PowerCap { capSteps.last { $0.at <= time }?.cap ?? cap }
    /// Whether it holds its hardware for the tenant at a time.
    func covers(_ time: Int64) -> Bool { start <= time && time < end }
}

/// A node.
struct ModelNode: Equatable {
    var health = NodeHealth.open
    /// When its cordon, drain or validation ends by itself.
    var until: Int64?
    var isClean = false
    /// Modules whose turn-round is overdue.
    var notReady: UInt8 = 0
    /// The cordon or drain that its failure came upon.
    var beneath: Closure?
    /// Whether it is faulty for the want of a feed alone.
    var isDark = false

    struct Closure: Equatable {
        var health: NodeHealth
        var until: Int64?
    }

    /// From when on it takes allocations.
    var closedUntil: Int64 { health == .open ? .min : until ?? .max }
}

struct ModelTenant: Equatable {
    var quota: Quota
    var share: QuotaShare
    var description: String
}

/// A contract with all of its versions.
struct ModelContract {
    var versions: [ContractTerms]
    var isRemoved = false
}

/// A bearer token.
struct ModelToken: Equatable {
    var owner: TokenOwner
    var name: String
    var scopes: UInt8
    var digest: [UInt8]
    var expiresAt: Int64
    var parent: UInt64?
    var revokedAt: Int64?

    func counts(at time: Int64) -> Bool { revokedAt == nil && time < expiresAt }
}

/// A feed, or a source of one, that has failed.
struct ModelFailure: Hashable {
    var budget: String
    var source: String?
}

/// Who has frozen time, and why.
struct ModelFreeze: Equatable {
    var actor: String
    var reason: String
}

/// What was answered under a key.
struct ModelSuccess {
    var digest: [UInt8]
    var at: Int64
}

struct ModelKey: Hashable {
    var scope: String
    var key: String
}

/// The whole of it.
struct ModelState {
    var fleet: Fleet
    var fleetVersion = 0
    var register: HardwareRegister
    var time: Int64 = 0
    var freeze: ModelFreeze?
    var tenants: [String: ModelTenant] = [:]
    /// Names that tenants have had before.
    var usedNames: Set<String> = []
    var cohorts: [String: Cohort] = [:]
    var contracts: [String: ModelContract] = [:]
    /// Leases and further parts by number.
    var parts: [UInt64: ModelPart] = [:]
    var nextNumber: UInt64 = 1
    var nodes: [ModelNode]
    var maintenance: [String: Maintenance.Plan] = [:]
    var tokens: [UInt64: ModelToken] = [:]
    var nextToken: UInt64 = 1
    var targets: [LoadTarget] = []
    var failures: Set<ModelFailure> = []
    var keys: [ModelKey: ModelSuccess] = [:]
    /// Notices by lease, oldest first.
    var reclaims: [UInt64: [Reclaim]] = [:]
    var approvals: [Approval] = []
    var transfers: [Transfer] = []
    var openSubleases: [Sublease] = []
    var subleases: [Sublease] = []

    /// Leases and parts that are not over, in order of numbers.
    var live: [ModelPart] { parts.values.filter { !$0.isOver }.sorted { $0.number < $1.number } }

    /// A lease and its further parts, the lease first.
    func all(of number: UInt64) -> [ModelPart] {
        parts.values.filter { $0.leaseNumber == number }.sorted { $0.number < $1.number }
    }

    /// Whether all parts of a lease are over.
    func isOver(_ number: UInt64) -> Bool { all(of: number).allSatisfy(\.isOver) }

    /// The terms that hold for a lease.
    func terms(of part: ModelPart) -> ContractTerms? {
        guard let name = part.contract, let versions = contracts[name]?.versions else { return nil }
        return versions.indices.contains(part.contractVersion - 1) ? versions[part.contractVersion - 1] : nil
    }

    /// The terms of a contract as it stands.
    func contract(_ name: String) -> ContractTerms? {
        contracts[name].flatMap { $0.isRemoved ? nil : $0.versions.last }
    }

    func platform(of node: Int) -> Platform {
        fleet.platforms[fleet.racks[fleet.rackOfNode[node].offset].platformOffset]
    }

    func site(of node: Int) -> Site { fleet.sites[fleet.racks[fleet.rackOfNode[node].offset].siteOffset] }

    /// The nodes of the domain of a level around a node; of its rack where there is none.
    func domain(of node: Int, at level: Level) -> Range<Int> {
        if level == .node { return node..<node + 1 }
        let found = fleet.domains.first { $0.level == level && $0.nodes.contains(node) }
        return found?.nodes ?? fleet.racks[fleet.rackOfNode[node].offset].nodes
    }
}

extension ModelState {
    /// Reads a book, of which every table is copied as it is. What a book does not show stays as it was known before.
    init(_ book: Book, after before: ModelState? = nil) {
        fleet = book.fleet
        fleetVersion = book.fleetVersion
        register = book.register
        time = book.time
        freeze = book.freeze.map { ModelFreeze(actor: $0.actor, reason: $0.reason) }
        for name in book.tenantNames {
            let tenant = book.tenant(name)!
            tenants[name] = ModelTenant(quota: tenant.quota, share: tenant.share, description: tenant.description)
        }
        for name in book.cohortNames { cohorts[name] = book.cohort(name)! }
        usedNames = before?.usedNames ?? []
        keys = before?.keys ?? [:]
        contracts = before?.contracts ?? [:]
        for name in contracts.keys { contracts[name]!.isRemoved = true }
        for name in book.contractNames {
            contracts[name] = ModelContract(versions: book.contractHistory(name)!.versions.map(\.terms))
        }
        nextNumber = book.nextLeaseNumber
        nodes = (0..<book.fleet.nodeCount).map { node in
            let index = NodeIndex(node)
            return ModelNode(
                health: book.packing.health(of: index), until: book.note(on: index)?.until,
                isClean: book.isReportedClean(index), notReady: book.packing.notReadyModules(of: index))
        }
        for name in book.maintenanceNames { maintenance[name] = book.maintenance(named: name)!.plan }
        book.forEachToken { token in
            tokens[token.number] = ModelToken(
                owner: token.owner, name: token.name, scopes: token.scopes.rawValue, digest: token.digest,
                expiresAt: token.expiresAt, parent: token.parent, revokedAt: token.revokedAt)
            return true
        }
        nextToken = max(before?.nextToken ?? 1, (tokens.keys.max() ?? 0) + 1)
        targets = book.loadTargets
        failures = Set(book.feedFailures.map { ModelFailure(budget: $0.budget, source: $0.source) })
        if let before { rememberWhatLies(beneath: before) }
        approvals = book.openApprovals
        transfers = book.openTransfers
        openSubleases = book.openSubleases
        subleases = book.subleasesInForce
        book.forEachLease { lease in
            parts[lease.number] = ModelPart(lease)
            guard lease.partOf == nil else { return true }
            let notices = book.reclaims(of: lease.number)
            if !notices.isEmpty { reclaims[lease.number] = notices }
            return true
        }
    }

    /// What the book does not show of nodes that have failed since.
    private mutating func rememberWhatLies(beneath before: ModelState) {
        for node in nodes.indices where nodes[node].health == .faulty || nodes[node].health == .validating {
            let old = before.register.node(of: register.id(of: NodeIndex(node)))?.offset
            if let old {
                nodes[node].beneath = ModelState.beneath(before.nodes[old])
                nodes[node].isDark = before.nodes[old].isDark && nodes[node].health == .faulty
            }
            let wasUp = old.map { before.nodes[$0].health != .faulty } ?? true
            if nodes[node].health == .faulty && wasUp && isWithoutFeed(fleet.rackOfNode[node].offset) {
                nodes[node].isDark = true
            }
        }
    }

    /// What lies beneath a node's failure, when it fails.
    static func beneath(_ node: ModelNode) -> ModelNode.Closure? {
        switch node.health {
        case .cordoned, .draining: ModelNode.Closure(health: node.health, until: node.until)
        case .open, .faulty, .validating: node.beneath
        }
    }
}

extension ModelPart {
    init(_ lease: Lease) {
        number = lease.number
        partOf = lease.partOf
        tenant = lease.tenant
        contract = lease.contract
        contractVersion = lease.contractVersion
        label = lease.label
        leaseClass = lease.leaseClass
        sites = lease.sites
        cap = lease.cap
        capSteps = lease.capSteps
        capStepsBegun = lease.capStepsBegun
        sparesPerDomain = lease.sparesPerDomain
        lines = lease.lines
        promise = ModelPromise(
            gpus: lease.promised.gpus, instances: lease.promised.migInstances, watts: lease.promised.watts,
            meterWatts: lease.meterWatts)
        start = lease.start
        end = lease.end
        turnRoundSeconds = lease.turnRoundSeconds
        state = lease.state
        for condition in lease.conditions { conditions[condition.kind] = condition.since }
        down = lease.downNodes
        returned = Set(lease.returnedNodes.joined())
        curtailments = lease.curtailments
        termStart = lease.origin?.termStart ?? lease.start
    }
}
