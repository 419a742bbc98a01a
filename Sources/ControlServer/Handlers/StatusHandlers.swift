// The daemon and the fleet at a glance, health, verification and backup.

import ControlAPI
import DaemonLog
import FleetModel
import Foundation
import Hummingbird
import Leasing
import Logging
import Packing
import Scheduling
import Telemetry

enum StatusHandlers {
    static func status(_ exchange: Exchange) async throws -> Response {
        let (view, now) = exchange.present
        let (book, fleet) = (view.book, view.book.fleet)
        let report = exchange.services.observatory.report(DrawConditions(view, at: now), at: now)
        var leases = NamedCounts([:])
        for state in Leasing.LeaseState.allCases where book.leaseCount(in: state) > 0 {
            leases[state.name] = book.leaseCount(in: state)
        }
        let health = exchange.scheduler.journalHealth
        let answer = StatusAnswer(
            version: exchange.services.version, revision: Int(book.revision), bookId: book.bookID,
            startedAt: Timestamp(exchange.services.startedAt), now: Timestamp(now),
            fleet: FleetSummary(
                name: fleet.name, version: book.fleetVersion, sites: fleet.sites.count, nodes: fleet.nodeCount,
                gpus: fleet.gpuCount),
            leases: leases, gpus: ControlAPI.GPUCounts(view.report(at: now).gpus), watts: watts(book, now, report),
            journal: JournalStatus(writable: health.isWritable, detail: health.detail),
            clock: exchange.clockStatus(view),
            fleetProposal: exchange.services.fleetProposal, reloadRefusal: reloadRefusal(exchange),
            alerts: report.alerts.isEmpty ? nil : report.alerts.map { DrawAlertAnswer($0, in: fleet) },
            failedFeeds: FailedFeed.all(in: book),
            overdueOrders: book.overdueOrderCount > 0 ? book.overdueOrderCount : nil,
            openFaults: book.openFaultCount > 0 ? book.openFaultCount : nil,
            loadTargets: loadTargets(book, now), listeners: listeners(exchange),
            numa: exchange.services.numa(),
            upgrade: book.formatLevel < FormatLevel.current.number
                ? UpgradeAnswer(book, exchange.services.version) : nil)
        return exchange.answer(answer, view: view)
    }

    /// What is wrong with a file of settings is for those who may write it.
    private static func reloadRefusal(_ exchange: Exchange) -> ReloadRefusal? {
        guard var refusal = exchange.services.reloadRefusal else { return nil }
        if exchange.role != .operator { refusal.detail = nil }
        return refusal
    }

    private static func listeners(_ exchange: Exchange) -> [ListenerStatus] {
        exchange.services.listening.listeners.map { listener, tls in
            let state = tls?.state
            return ListenerStatus(
                place: listener.place, tls: listener.isTLS,
                certificateExpiresAt: state.map { Timestamp($0.notAfter) }, certificateFault: state?.fault)
        }
    }

    /// Those in force and those that will not be met; nil when there are none.
    private static func loadTargets(_ book: Book, _ now: Int64) -> [LoadTargetSummary]? {
        let encoding = LoadTargetEncoding(book: book, now: now)
        let targets = book.loadTargets.compactMap { target -> LoadTargetSummary? in
            let (state, unmet) = (encoding.state(of: target), target.unmetPeak(from: now))
            guard state == .live || state == .scheduled && unmet > 0 else { return nil }
            return LoadTargetSummary(
                budget: target.key.budget, id: target.key.id, state: state, watts: Int(target.watts),
                start: Timestamp(target.start), end: target.end.map { Timestamp($0) },
                unmetWatts: unmet > 0 ? Int(unmet) : nil)
        }
        return targets.isEmpty ? nil : targets
    }

    /// Each site's power, summed over the roots of its trees.
    static func watts(_ book: Book, _ now: Int64, _ report: DrawReport) -> [SiteWatts] {
        let sites = siteWatts(book, now)
        return book.fleet.sites.enumerated().map { offset, site in
            let draw = report.siteDraws[offset]
            return SiteWatts(
                site: site.name, committedWatts: Int(sites[offset].committed), limitWatts: Int(sites[offset].limit),
                observedWatts: draw.map { Int($0.watts) }, observedShare: draw.map(\.share))
        }
    }

    /// What each site has committed, of how much, at the roots of its trees.
    static func siteWatts(_ book: Book, _ now: Int64) -> [(committed: Watts, limit: Watts)] {
        var sites = [(committed: Watts, limit: Watts)](repeating: (0, 0), count: book.fleet.sites.count)
        for (index, budget) in book.fleet.budgets.enumerated() where budget.parent == nil && budget.kind == .power {
            sites[budget.siteOffset].committed += budget.measuredWatts(
                rackWatts: book.packing.committedWatts(of: BudgetIndex(index), at: now))
            sites[budget.siteOffset].limit += book.packing.limit(of: BudgetIndex(index), at: now)
        }
        return sites
    }

    static func fleet(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let fleet = view.book.fleet
        let sites = fleet.sites.enumerated().map { offset, site in
            let racks = fleet.racks.filter { $0.siteOffset == offset }
            let platforms = fleet.platforms.enumerated().compactMap { index, platform -> PlatformSummary? in
                let nodes = racks.reduce(0) { $0 + ($1.platformOffset == index ? $1.nodes.count : 0) }
                guard nodes > 0 else { return nil }
                return PlatformSummary(
                    platform: platform.name, gpu: platform.gpu, nodes: nodes, gpus: nodes * platform.gpusPerNode,
                    gpuMemoryGib: platform.gpuMemoryMiB / 1_024, capWattsMin: Int(platform.power.capWattsMin),
                    capWattsMax: Int(platform.power.capWattsMax))
            }
            return SiteSummary(
                name: site.name, pue: Double(site.pueThousandths) / 1_000,
                energyPricePerMWh: Money(currency: "USD", micros: site.energyPriceMicrosPerMWh),
                carbonGramsPerKWh: Int(site.carbonGramsPerKWh),
                reliabilityPercent: Percentage(hundredths: Int(site.reliabilityBasisPoints)),
                nodes: platforms.reduce(0) { $0 + $1.nodes }, gpus: platforms.reduce(0) { $0 + $1.gpus },
                platforms: platforms)
        }
        let answer = FleetAnswer(name: fleet.name, version: view.book.fleetVersion, sites: sites)
        return exchange.answer(answer, view: view)
    }

    static func healthy(_ exchange: Exchange) async throws -> Response {
        exchange.answer(HealthAnswer(status: "ok"), view: exchange.scheduler.view)
    }

    /// Ready to be written to; reads may go on all the same.
    static func ready(_ exchange: Exchange) async throws -> Response {
        let health = exchange.scheduler.journalHealth
        guard health.isWritable else {
            throw Problem(.notReady, detail: "the journal cannot be written: \(health.detail ?? "")")
        }
        return exchange.answer(HealthAnswer(status: "ok"), view: exchange.scheduler.view)
    }

    static func verify(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        return exchange.answer(try await exchange.services.verify(view), view: view)
    }

    static func backup(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(BackupRequest.self, from: body)
        let context = try exchange.commandContext(reason: request.reason, digest: nil)
        try exchange.services.checkBackup(request.path)
        // Who takes the book away stands in its audit log, and so in the copy, too. A copy is wanted most when nothing can be
        // written there.
        if case .faulted(let fault) = await exchange.scheduler.submit(.noteBackup(path: request.path), context) {
            exchange.logger.log(
                .backupUnlogged, "a backup is not in the audit log", metadata: ["fault": "\(fault)"])
        }
        let view = exchange.scheduler.view
        let bytes = try await exchange.services.backup(request.path)
        let answer = BackupAnswer(path: request.path, revision: Int(view.revision), bytes: bytes)
        return exchange.answer(answer, .created, view: view)
    }

    static func confirmClock(_ exchange: Exchange) async throws -> Response {
        let context = try exchange.commandContext(reason: exchange.query["reason"] ?? "clock confirmed", body: [])
        let isDoubted = exchange.scheduler.isTimeFrozen
        exchange.scheduler.confirmTime()
        // The answer comes after the writer has taken the confirmation. There is nothing to note where nothing was in doubt.
        let (_, view, _) = try await exchange.submit(isDoubted ? .confirmClock : .heartbeat, context)
        return exchange.answer(exchange.clockStatus(view), view: view)
    }
}
