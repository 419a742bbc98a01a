// How the daemon and the fleet are, at a glance.

/// Which fleet is in force.
public struct FleetSummary: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The number of its version, from 1.
    public var version: Int
    /// Sites.
    public var sites: Int
    /// Nodes.
    public var nodes: Int
    /// GPUs.
    public var gpus: Int

    /// Every field; those left out are absent.
    public init(name: String, version: Int, sites: Int, nodes: Int, gpus: Int) {
        self.name = name
        self.version = version
        self.sites = sites
        self.nodes = nodes
        self.gpus = gpus
    }
}

/// GPUs by what they are used for now.
public struct GPUCounts: Codable, Sendable, Equatable {
    /// All.
    public var total: Int
    /// Free to lease.
    public var free: Int
    /// Delivered to leases.
    public var leased: Int
    /// Held: spares, turn-round, cordons, or for a lease about to start.
    public var held: Int
    /// Faulty or under repair.
    public var faulty: Int

    /// Every field; those left out are absent.
    public init(total: Int, free: Int, leased: Int, held: Int, faulty: Int) {
        self.total = total
        self.free = free
        self.leased = leased
        self.held = held
        self.faulty = faulty
    }
}

/// Power at one site's meter.
public struct SiteWatts: Codable, Sendable, Equatable {
    /// The site.
    public var site: String
    /// Committed now, at the meter.
    public var committedWatts: Int
    /// The limit in force now, at the meter.
    public var limitWatts: Int
    /// What is drawn, at the meter, by readings; absent: none counts.
    public var observedWatts: Int?
    /// Nodes with readings, in percent; `observedWatts` is theirs only.
    public var observedShare: Percentage?

    /// Every field; those left out are absent.
    public init(
        site: String, committedWatts: Int, limitWatts: Int, observedWatts: Int? = nil, observedShare: Percentage? = nil
    ) {
        self.site = site
        self.committedWatts = committedWatts
        self.limitWatts = limitWatts
        self.observedWatts = observedWatts
        self.observedShare = observedShare
    }
}

/// Whether changes can be made durable.
public struct JournalStatus: Codable, Sendable, Equatable {
    /// Whether writes work.
    public var writable: Bool
    /// Why not.
    public var detail: String?

    /// Every field; those left out are absent.
    public init(writable: Bool, detail: String? = nil) {
        self.writable = writable
        self.detail = detail
    }
}

/// What became of the last fleet file that differed from the fleet in force.
public struct FleetProposal: Codable, Sendable, Equatable {
    /// Whether it is in force.
    public var accepted: Bool
    /// What it changed, or why it was refused.
    public var detail: String

    /// Every field; those left out are absent.
    public init(accepted: Bool, detail: String) {
        self.accepted = accepted
        self.detail = detail
    }
}

/// A reload that was refused: what was in force before it still is.
public struct ReloadRefusal: Codable, Sendable, Equatable {
    /// When.
    public var at: Timestamp
    /// Why; absent: not for you to see.
    public var detail: String?

    /// Every field; those left out are absent.
    public init(at: Timestamp, detail: String? = nil) {
        self.at = at
        self.detail = detail
    }
}

/// The daemon and the fleet at a glance.
public struct StatusAnswer: Codable, Sendable, Equatable {
    /// The daemon's version.
    public var version: String
    /// The number of the last change.
    public var revision: Int
    /// The book's id, the same for its whole life.
    public var bookId: String
    /// When the daemon started.
    public var startedAt: Timestamp
    /// The daemon's time.
    public var now: Timestamp
    /// The fleet in force.
    public var fleet: FleetSummary
    /// Leases by state; states without any are left out.
    public var leases: NamedCounts
    /// GPUs by use.
    public var gpus: GPUCounts
    /// Power at each site's meter.
    public var watts: [SiteWatts]
    /// Whether changes can be made durable.
    public var journal: JournalStatus
    /// Whether time is believed.
    public var clock: ClockStatus
    /// The last fleet file that was not what was in force; absent: none since the start, or since mended.
    public var fleetProposal: FleetProposal?
    /// Why the last reload was refused; absent: it was not.
    public var reloadRefusal: ReloadRefusal?
    /// Budget domains whose draw is near their limits; absent: none.
    public var alerts: [DrawAlertAnswer]?
    /// Feeds and sources that have failed; absent: none.
    public var failedFeeds: [FailedFeed]?
    /// Orders that nobody has acknowledged at half of their notice; absent: none.
    public var overdueOrders: Int?
    /// Fault reports that wait for an operator; absent: none.
    public var openFaults: Int?
    /// Load targets that are in force, and those to come that will not be met; absent: none.
    public var loadTargets: [LoadTargetSummary]?
    /// Where the daemon listens.
    public var listeners: [ListenerStatus]?
    /// Where the scheduler runs.
    public var numa: NUMAStatus?
    /// An upgrade that waits to be finalised; absent: none does.
    public var upgrade: UpgradeAnswer?

    /// Every field; those left out are absent.
    public init(
        version: String, revision: Int, bookId: String, startedAt: Timestamp, now: Timestamp, fleet: FleetSummary,
        leases: NamedCounts, gpus: GPUCounts, watts: [SiteWatts], journal: JournalStatus,
        clock: ClockStatus, fleetProposal: FleetProposal? = nil, reloadRefusal: ReloadRefusal? = nil,
        alerts: [DrawAlertAnswer]? = nil, failedFeeds: [FailedFeed]? = nil, overdueOrders: Int? = nil,
        openFaults: Int? = nil, loadTargets: [LoadTargetSummary]? = nil, listeners: [ListenerStatus]? = nil,
        numa: NUMAStatus? = nil, upgrade: UpgradeAnswer? = nil
    ) {
        self.version = version
        self.revision = revision
        self.bookId = bookId
        self.startedAt = startedAt
        self.now = now
        self.fleet = fleet
        self.leases = leases
        self.gpus = gpus
        self.watts = watts
        self.journal = journal
        self.clock = clock
        self.fleetProposal = fleetProposal
        self.reloadRefusal = reloadRefusal
        self.alerts = alerts
        self.failedFeeds = failedFeeds
        self.overdueOrders = overdueOrders
        self.openFaults = openFaults
        self.loadTargets = loadTargets
        self.numa = numa
        self.upgrade = upgrade
        self.listeners = listeners
    }
}

/// One place at which the daemon listens.
public struct ListenerStatus: Codable, Sendable, Equatable {
    /// A path, or an address with its port.
    public var place: String
    /// Whether it speaks TLS.
    public var tls: Bool
    /// The last second of the certificate in use; absent: there is no TLS.
    public var certificateExpiresAt: Timestamp?
    /// Why newer files are not in use; absent: what is on disk is what is in use.
    public var certificateFault: String?

    /// Every field; those left out are absent.
    public init(
        place: String, tls: Bool, certificateExpiresAt: Timestamp? = nil, certificateFault: String? = nil
    ) {
        self.place = place
        self.tls = tls
        self.certificateExpiresAt = certificateExpiresAt
        self.certificateFault = certificateFault
    }
}

/// A load target at a glance.
public struct LoadTargetSummary: Codable, Sendable, Equatable {
    /// The budget domain.
    public var budget: String
    /// Its id.
    public var id: String
    /// Where it is in its time.
    public var state: LoadTargetState
    /// The ceiling in watts, where the domain is measured.
    public var watts: Int
    /// Its deadline.
    public var start: Timestamp
    /// When it ends; absent: when it is replaced or removed.
    public var end: Timestamp?
    /// The most that is not met from now on; absent: nothing.
    public var unmetWatts: Int?

    /// Every field; those left out are absent.
    public init(
        budget: String, id: String, state: LoadTargetState, watts: Int, start: Timestamp, end: Timestamp?,
        unmetWatts: Int? = nil
    ) {
        self.budget = budget
        self.id = id
        self.state = state
        self.watts = watts
        self.start = start
        self.end = end
        self.unmetWatts = unmetWatts
    }
}

/// Why nothing starts or ends by time.
public struct FreezeAnswer: Codable, Sendable, Equatable {
    /// Why.
    public var reason: String
    /// Who said so.
    public var actor: String
    /// Since when.
    public var since: Timestamp

    /// Every field.
    public init(reason: String, actor: String, since: Timestamp) {
        self.reason = reason
        self.actor = actor
        self.since = since
    }
}

/// Whether the daemon believes the wall clock.
public struct ClockStatus: Codable, Sendable, Equatable {
    /// True after a jump forward of over 10 minutes that nothing explains: nothing starts or ends by time until an
    /// operator confirms the clock.
    public var frozen: Bool
    /// An operator has stopped every time-driven change; absent: nobody has.
    public var freeze: FreezeAnswer?

    /// Every field; those left out are absent.
    public init(frozen: Bool, freeze: FreezeAnswer? = nil) {
        self.frozen = frozen
        self.freeze = freeze
    }
}

/// Whether the daemon lives or is ready.
public struct HealthAnswer: Codable, Sendable, Equatable {
    /// `ok`, or what it is waiting for.
    public var status: String

    /// Every field; those left out are absent.
    public init(status: String) {
        self.status = status
    }
}
