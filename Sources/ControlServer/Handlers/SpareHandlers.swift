// Spares against availability.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Packing
import Scheduling

enum SpareHandlers {
    /// Rows of a table at most; more spares than that nobody holds.
    private static let rowsMax = 17
    private static let nodesMax = 10_000
    /// Failures from which on the fleet's own rate is taken, and repairs from which on its own time is.
    private static let recordMin = 30

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let availability = try exchange.query("availability", "percent above 0 and under 100, such as 99.5") { text in
            Double(text).flatMap { $0 > 0 && $0 < 100 ? $0 / 100 : nil }
        }
        let failures = try exchange.query("failures", "failures for each 1,000 node-days, 0 to 1,000") { text in
            Double(text).flatMap { (0...1_000).contains($0) ? $0 : nil }
        }
        let repair = try exchange.query("repair", "a duration such as 1d") { text in
            WireDuration(text).flatMap { $0.seconds <= 3_660 * 86_400 ? Double($0.seconds) / 3_600 : nil }
        }
        let shape = try exchange.query("shape", "block, rack or nvl72") { text in
            Shape(rawValue: text).flatMap { [.block, .rack, .nvl72].contains($0) ? $0 : nil }
        }
        let gpu = exchange.query["gpu"]
        let count = try exchange.query("nodes", "1 to \(nodesMax)") { text in
            Int(text).flatMap { (1...nodesMax).contains($0) ? $0 : nil }
        }
        let fleet = view.book.fleet
        if let gpu, !fleet.platforms.contains(where: { $0.gpu == gpu }) {
            throw Problem(.badRequest, detail: "?gpu=\(gpu): there is no such model in the fleet")
        }
        guard count == nil || shape == nil else {
            throw Problem(.badRequest, detail: "?nodes goes without ?shape, which has its own number of nodes")
        }
        let isProvider = exchange.audience == .provider
        var domains = Self.domains(of: fleet, at: exchange.scheduler.now)
        if let shape { domains = domains.filter { $0.shape == shape } }
        if let gpu { domains = domains.filter { $0.platform.gpu == gpu } }
        if let count {
            // One table for each platform, or one for rates that were given.
            domains = domains.reduce(into: []) { kept, domain in
                if !kept.contains(where: { $0.platform.name == domain.platform.name }) { kept.append(domain) }
            }
            domains = domains.map { SpareDomain(platform: $0.platform, shape: nil, nodes: count) }
        }
        let tables = domains.map { domain in
            table(
                domain, availability, failures: failures, repairHours: repair,
                record: isProvider ? record(of: domain.platform, view, exchange.scheduler.now) : nil)
        }
        return exchange.answer(SpareList(tables: tables), view: view)
    }

    /// A kind of domain that leases can be made of.
    struct SpareDomain {
        let platform: Platform
        let shape: Shape?
        let nodes: Int
    }

    /// The kinds of domains that the fleet has, the largest of each: blocks, and racks that are one NVLink domain.
    static func domains(of fleet: Fleet, at now: Int64) -> [SpareDomain] {
        var found: [SpareDomain] = []
        for domain in fleet.domains {
            guard let offset = domain.platformOffset else { continue }
            let platform = fleet.platforms[offset]
            let shape: Shape
            switch domain.level {
            case .block: shape = .block
            case .rack: shape = platform.isRackScale ? .nvl72 : .rack
            case .site, .hall, .node: continue
            }
            let new = SpareDomain(platform: platform, shape: shape, nodes: domain.nodes.count)
            if let place = found.firstIndex(where: { $0.platform.name == platform.name && $0.shape == shape }) {
                if found[place].nodes < new.nodes { found[place] = new }
            } else {
                found.append(new)
            }
        }
        return found.sorted { ($0.platform.name, $0.nodes) < ($1.platform.name, $1.nodes) }
    }

    static func table(
        _ domain: SpareDomain, _ availability: Double?, failures: Double?, repairHours: Double?,
        record: ReliabilityAnswer?
    ) -> SpareAnswer {
        let catalogue = domain.platform.reliability
        var (rate, rateBasis) = (Double(catalogue.failuresPerMillionNodeDays) / 1_000, RateBasis.catalogue)
        if let failures {
            (rate, rateBasis) = (failures, .given)
        } else if let record, record.failures >= recordMin {
            (rate, rateBasis) = (record.failuresPer1000NodeDays, .fleet)
        }
        var (hours, hoursBasis) = (Double(catalogue.repairHours), RateBasis.catalogue)
        if let repairHours {
            (hours, hoursBasis) = (repairHours, .given)
        } else if let record, record.repairs >= recordMin, let measured = record.repairHours {
            (hours, hoursBasis) = (measured, .fleet)
        }
        let need = SpareNeed(nodes: domain.nodes, failuresPerNodeDay: rate / 1_000, repairDays: hours / 24)
        let forAllUp = availability.flatMap { need.sparesForAllUp($0) }
        let forHours = availability.flatMap { need.sparesForDelivery($0) }
        let rows = need.rows.prefix(max(rowsMax, (forAllUp ?? 0) + 2)).map { row in
            SpareRow(
                spares: row.spares, nodes: domain.nodes - row.spares,
                gpus: (domain.nodes - row.spares) * domain.platform.gpusPerNode,
                allUpPercent: percent(row.allUp), gpuHoursPercent: percent(row.delivered))
        }
        // Rows after the first at which hardly anything is left to gain say nothing.
        let last = rows.firstIndex { $0.allUpPercent >= 99.999 } ?? rows.count - 1
        return SpareAnswer(
            platform: domain.platform.name, shape: domain.shape, nodes: domain.nodes, failuresPer1000NodeDays: rate,
            failuresBasis: rateBasis, repairHours: hours, repairBasis: hoursBasis, downPercent: percent(need.down),
            sparesForAllUp: forAllUp, sparesForGpuHours: forHours, rows: Array(rows[...max(last, forAllUp ?? 0)]),
            record: record)
    }

    /// To a ten-thousandth of a percent, towards less, so that nothing is called certain that is not nearly so.
    private static func percent(_ share: Double) -> Double { (share * 1e6 + 1e-6).rounded(.down) / 1e4 }

    /// What the fleet has shown of a platform, or nil when none of its nodes has failed yet.
    static func record(of platform: Platform, _ view: PublishedView, _ now: Int64) -> ReliabilityAnswer? {
        guard let record = view.book.reliabilityRecords.first(where: { $0.platform == platform.name }) else {
            return nil
        }
        let fleet = view.book.fleet
        let nodes = fleet.racks.reduce(0) {
            $0 + (fleet.platforms[$1.platformOffset].name == platform.name ? $1.nodes.count : 0)
        }
        let nodeDays = Double(nodes) * Double(max(0, now - record.since)) / 86_400
        func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
        return ReliabilityAnswer(
            since: Timestamp(record.since), failures: max(0, record.failures),
            failuresPer1000NodeDays: nodeDays > 0 ? rounded(Double(max(0, record.failures)) * 1_000 / nodeDays) : 0,
            repairs: record.repairs,
            repairHours: record.repairs > 0
                ? rounded(Double(record.repairSeconds) / Double(record.repairs) / 3_600) : nil)
    }
}
