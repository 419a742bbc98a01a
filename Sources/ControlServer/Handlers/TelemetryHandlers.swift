// Readings in, alerts out. None of it passes the writer, and none of it is a fact.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Scheduling
import Telemetry

enum TelemetryHandlers {
    /// Readings that are left out and named in the answer at most.
    private static let leftOutMax = 100

    static func take(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body(limit: WireLimits.batchBodyBytesMax)
        let request = try exchange.decode(TelemetryRequest.self, from: body)
        let (view, now) = exchange.present
        let fleet = view.book.fleet
        var subjects = SubjectFinder(fleet)
        var readings: [Reading] = []
        // The place in the request of each reading that names something of the fleet.
        var places: [Int] = []
        var errors: [(node: NodeIndex, module: Int, xid: Int)] = []
        var leftOut: [LeftOutReading] = []
        var leftOutCount = 0
        func leave(_ index: Int, _ fault: ReadingFault) {
            leftOutCount += 1
            guard leftOut.count < leftOutMax else { return }
            leftOut.append(LeftOutReading(index: index, subject: request.readings[index].subject, fault: fault))
        }
        for (index, wire) in request.readings.enumerated() {
            guard let subject = subjects.find(wire) else {
                leave(index, .unknown)
                continue
            }
            if let xid = wire.xid {
                if case .gpu(let node, let module) = subject { errors.append((node, module, xid)) }
                continue
            }
            let value: ReadingValue =
                wire.watts.map { .watts(Watts($0)) } ?? .energyMillijoules(Int64(wire.energyMillijoules ?? 0))
            readings.append(Reading(subject, value, at: wire.at?.epochSeconds ?? now))
            places.append(index)
        }
        let observatory = exchange.services.observatory
        let verdicts = observatory.take(readings, unknown: leftOutCount, of: fleet, at: now)
        for (place, verdict) in zip(places, verdicts) {
            if let fault = ReadingFault(verdict) { leave(place, fault) }
        }
        // Alerts are raised by what has just come, not by whoever asks next.
        _ = observatory.report(DrawConditions(view, at: now), at: now)
        try await exchange.reportErrors(errors, from: request.source)
        leftOut.sort { $0.index < $1.index }
        let answer = TelemetryAnswer(
            taken: request.readings.count - leftOutCount, leftOut: leftOutCount,
            leftOutReadings: leftOut.isEmpty ? nil : leftOut)
        return exchange.answer(answer, view: view)
    }

    static func alerts(_ exchange: Exchange) async throws -> Response {
        let (view, report) = exchange.drawReport
        let (page, cursor) = try exchange.page(of: report.alerts, in: view)
        let list = DrawAlertList(alerts: page.map { DrawAlertAnswer($0, in: view.book.fleet) }, cursor: cursor)
        return exchange.answer(list, view: view)
    }
}

extension Exchange {
    /// The newest view, and a time that is not before it.
    var present: (view: PublishedView, now: Int64) {
        let view = scheduler.view
        return (view, max(scheduler.now, view.time))
    }

    /// The newest view, and what is drawn now.
    var drawReport: (view: PublishedView, report: DrawReport) {
        let (view, now) = present
        return (view, services.observatory.report(DrawConditions(view, at: now), at: now))
    }
}

/// Finds what readings are of. Readings of one node come together as a rule, so the last one found is kept.
private struct SubjectFinder {
    let fleet: Fleet
    private var lastNode: (name: String, node: NodeIndex?)?

    init(_ fleet: Fleet) { self.fleet = fleet }

    mutating func find(_ reading: TelemetryReading) -> ReadingSubject? {
        if let name = reading.node {
            guard let node = node(named: name) else { return nil }
            guard let module = reading.gpu else { return reading.part == .gpus ? .gpus(node) : .node(node) }
            return module <= fleet.platform(of: node).gpusPerNode ? .gpu(node, module: module) : nil
        }
        if let path = reading.rack { return fleet.rack(path: path).map { .rack($0) } }
        return reading.budget.flatMap { fleet.budget(named: $0) }.map { .budget($0) }
    }

    private mutating func node(named name: String) -> NodeIndex? {
        if let lastNode, lastNode.name == name { return lastNode.node }
        let node = fleet.node(named: name)
        lastNode = (name, node)
        return node
    }
}

extension TelemetryReading {
    /// What the reading is of, in words.
    fileprivate var subject: String {
        if let node { return gpu.map { "\(node):\($0)" } ?? part.map { "\(node) \($0.rawValue)" } ?? node }
        return rack ?? budget ?? ""
    }
}

extension ReadingFault {
    /// Nil for a reading that counts.
    fileprivate init?(_ verdict: ReadingVerdict) {
        switch verdict {
        case .taken, .counterStarted: return nil
        case .older: self = .older
        case .stale: self = .stale
        case .future: self = .future
        case .implausible: self = .implausible
        }
    }
}

extension DrawAlertAnswer {
    init(_ alert: DrawAlert, in fleet: Fleet) {
        self.init(
            budget: fleet.budgets[alert.budget.offset].name, kind: DrawAlertKind(rawValue: alert.kind.rawValue)!,
            since: Timestamp(alert.since), observedWatts: Int(alert.watts), observedAt: Timestamp(alert.observedAt),
            limitWatts: Int(alert.limitWatts), peakWatts: Int(alert.peakWatts), peakAt: Timestamp(alert.peakAt),
            projectedWatts: alert.projectedWatts.map { Int($0) })
    }
}
