// What budget domains have drawn, from the history beside the book.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Scheduling
import Telemetry

enum HistoryHandlers {
    static func history(_ exchange: Exchange) async throws -> Response {
        let (view, report) = exchange.drawReport
        let (fleet, now) = (view.book.fleet, exchange.scheduler.now)
        let name = try exchange.parameter("name")
        guard let index = fleet.budget(named: name) else {
            throw Problem(.notFound, detail: "there is no budget domain \(name)")
        }
        guard report.upper.contains(index.offset) else {
            throw Problem(
                .notFound,
                detail: "no history is kept of \(name): it lies below the upper \(report.upper.count) domains")
        }
        let interval = try exchange.query("step", "quarter, hour or day") { HistoryInterval(rawValue: $0) } ?? .quarter
        let expected = "a time like 2029-06-01T00:00:00Z"
        let end = try exchange.query("end", expected) { Timestamp($0)?.epochSeconds } ?? now
        let start = try exchange.query("start", expected) { Timestamp($0)?.epochSeconds } ?? end - 86_400
        guard start < end else { throw Problem(.badRequest, detail: "?end must be after ?start") }
        let slots = try exchange.services.history(name, start).filter { $0.start < end }
        let steps = SlotMean.gathered(slots, everySeconds: interval.seconds).map { slot in
            HistoryStep(
                start: Timestamp(slot.start), observedWatts: Int(slot.observedWatts),
                committedWatts: Int(slot.committedWatts),
                observedShare: Percentage(hundredths: min(10_000, Int(slot.sharePermille) * 10)),
                samples: Int(slot.samples))
        }
        return exchange.answer(BudgetHistory(name: name, step: interval, steps: steps), view: view)
    }
}

extension HistoryInterval {
    fileprivate var seconds: Int64 {
        switch self {
        case .quarter: SlotMean.seconds
        case .hour: 3_600
        case .day: 86_400
        }
    }
}
