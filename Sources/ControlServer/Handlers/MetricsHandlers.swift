// The daemon's metrics for Prometheus. The number of series is bounded: budget domains of the upper levels, and
// those that a load target is on.

import ControlAPI
import FleetModel
import HTTPTypes
import Hummingbird
import Leasing
import NIOCore
import Packing
import Scheduling
import Telemetry

enum MetricsHandlers {
    static func metrics(_ exchange: Exchange) async throws -> Response {
        let (view, now) = exchange.present
        let conditions = DrawConditions(view, at: now)
        let report = exchange.services.observatory.report(conditions, at: now)
        var text = MetricsText()
        daemon(&text, exchange, view)
        text.add(exchange.scheduler.figures)
        text.add(exchange.services.requests)
        text.addSites(view, at: now)
        text.addLeases(view.book, at: now)
        text.addTenants(view.book, at: now)
        sites(&text, view, report, now)
        budgets(&text, conditions, report)
        loadTargets(&text, view, now)
        telemetry(&text, exchange.services.observatory.counts, report)
        text.addCertificates(exchange.services.listening)
        text.add(ProcessFigures.current)
        var headers = exchange.headers(view: view)
        headers[.contentType] = MediaTypes.metrics
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text.text)))
    }

    private static func daemon(_ text: inout MetricsText, _ exchange: Exchange, _ view: PublishedView) {
        let (scheduler, services) = (exchange.scheduler, exchange.services)
        text.family("berth_info", .gauge, "What runs; always 1.")
        text.sample("berth_info", ["version": services.version, "fleet": view.book.fleet.name], 1)
        text.single(
            "berth_start_time_seconds", .gauge, "When the daemon started, in seconds since 1970.", services.startedAt)
        text.single("berth_revision", .gauge, "The number of the last accepted change.", view.revision)
        text.single("berth_fleet_version", .gauge, "The number of the fleet in force.", view.book.fleetVersion)
        text.single(
            "berth_journal_writable", .gauge, "1 when changes can be made durable, else 0.",
            scheduler.journalHealth.isWritable ? 1 : 0)
        text.single(
            "berth_clock_frozen", .gauge,
            "1 while an operator has frozen time or a jump of the wall clock awaits confirmation, else 0.",
            scheduler.isTimeFrozen || view.book.freeze != nil ? 1 : 0)
        text.single(
            "berth_orders_overdue", .gauge, "Orders to the actuator not acknowledged at half of their notice.",
            view.book.overdueOrderCount)
        text.single(
            "berth_load_targets", .gauge, "Load targets that are in force or to come.",
            view.book.loadTargets.count { $0.until > view.time })
        text.single("berth_epoch", .gauge, "The book's epoch, which a restore starts anew.", services.epoch)
        text.single("berth_polls_waiting", .gauge, "Long polls that wait for a change.", services.polls.waiting)
        text.single("berth_event_streams", .gauge, "Streams of events that are open.", services.events.count)
    }

    private static func sites(
        _ text: inout MetricsText, _ view: PublishedView, _ report: DrawReport, _ now: Int64
    ) {
        let sites = StatusHandlers.watts(view.book, now, report)
        text.family("berth_site_limit_watts", .gauge, "What the feeds of a site may carry now, at the meter.")
        for site in sites { text.sample("berth_site_limit_watts", ["site": site.site], site.limitWatts) }
        text.family(
            "berth_site_committed_watts", .gauge, "Watts committed at a site's meter: leases, and the idle rest.")
        for site in sites { text.sample("berth_site_committed_watts", ["site": site.site], site.committedWatts) }
        text.family("berth_site_observed_watts", .gauge, "Watts drawn at a site's meter, by readings.")
        for site in sites {
            if let watts = site.observedWatts { text.sample("berth_site_observed_watts", ["site": site.site], watts) }
        }
    }

    private static func budgets(_ text: inout MetricsText, _ conditions: DrawConditions, _ report: DrawReport) {
        let budgets = conditions.fleet.budgets
        func family(_ name: String, _ help: String, _ value: (Int) -> Watts?) {
            text.family(name, .gauge, help)
            for offset in report.upper {
                guard let value = value(offset) else { continue }
                let budget = budgets[offset]
                text.sample(
                    name,
                    [
                        "budget": budget.name, "kind": budget.kind.rawValue,
                        "site": conditions.fleet.sites[budget.siteOffset].name,
                    ], value)
            }
        }
        family("berth_budget_rating_watts", "What a budget domain is built for.") { budgets[$0].ratingWatts }
        family("berth_budget_limit_watts", "The limit in force of a budget domain.") {
            conditions.limitWatts(BudgetIndex($0))
        }
        family("berth_budget_committed_watts", "Watts committed in a budget domain.") {
            conditions.committedWatts(BudgetIndex($0))
        }
        family("berth_budget_nameplate_watts", "Watts below a budget domain with every GPU at its highest cap.") {
            report.nameplateWatts[$0]
        }
        family("berth_budget_observed_watts", "Watts drawn in a budget domain, by readings.") {
            report.draws[$0]?.watts
        }
        family("berth_budget_observed_nodes", "Nodes below a budget domain whose readings count.") {
            report.draws[$0].map { Watts($0.nodesObserved) }
        }
        family("berth_budget_nodes", "Nodes below a budget domain.") { report.draws[$0].map { Watts($0.nodeCount) } }
    }

    /// A sample for each domain that a load target is in force on, however small: none is missed for its level.
    private static func loadTargets(_ text: inout MetricsText, _ view: PublishedView, _ now: Int64) {
        let (fleet, name) = (view.book.fleet, "berth_load_target_unmet_watts")
        var unmet: [Int: Watts] = [:]
        for target in view.book.loadTargets where target.start <= now && now < target.until {
            guard let budget = fleet.budget(named: target.key.budget) else { continue }
            unmet[budget.offset] = max(unmet[budget.offset] ?? 0, target.unmetPeak(from: now, until: now + 1))
        }
        text.family(name, .gauge, "The most that a load target in force on a budget domain is not met by now.")
        for (offset, watts) in unmet.sorted(by: { $0.key < $1.key }) {
            let budget = fleet.budgets[offset]
            text.sample(
                name,
                [
                    "budget": budget.name, "kind": budget.kind.rawValue,
                    "site": fleet.sites[budget.siteOffset].name,
                ], watts)
        }
    }

    private static func telemetry(
        _ text: inout MetricsText, _ counts: ObservationCounts, _ report: DrawReport
    ) {
        text.family("berth_draw_alerts", .gauge, "Budget domains of any level near their limits, by how near.")
        for kind in AlertKind.allCases {
            text.sample("berth_draw_alerts", ["kind": kind.rawValue], report.alerts.count { $0.kind == kind })
        }
        text.single(
            "berth_draw_alerts_raised_total", .counter, "Alerts raised since the start.", counts.alertsRaised)
        text.family("berth_telemetry_readings_total", .counter, "Readings since the start, by what became of them.")
        for verdict in ReadingVerdict.allCases {
            text.sample("berth_telemetry_readings_total", ["result": verdict.rawValue], counts[verdict])
        }
        text.sample("berth_telemetry_readings_total", ["result": "unknown"], counts.unknown)
    }
}
