// One line of a chart over time, and how the API's objects become lines.

import ControlAPI

/// What is drawn behind a title.
struct CalendarRow: Equatable {
    /// How a stretch is drawn.
    enum Fill: Equatable { case running, coming, blocked }

    struct Span: Equatable {
        var start: Int64
        /// Absent: without end.
        var end: Int64?
        var fill: Fill
        var style: Style
        /// Written into it where there is room.
        var text: String
    }

    struct Mark: Equatable {
        var at: Int64
        /// Absent: a step from one amount to another.
        var character: Character?
        var style: Style
    }

    var title: String
    var amount: String
    var spans: [Span]
    var marks: [Mark] = []
}

/// Lines under a heading.
struct CalendarSection: Equatable {
    var heading: String
    var rows: [CalendarRow]
}

extension CalendarAnswer {
    /// Everything but what is not leased, heading by heading; headings without lines are left out.
    var sections: [CalendarSection] {
        [
            CalendarSection(heading: "LEASES", rows: leaseRows),
            CalendarSection(heading: "MAINTENANCE", rows: (maintenance ?? []).map(row)),
            CalendarSection(heading: "LOAD TARGETS", rows: (loadTargets ?? []).map(row)),
            CalendarSection(heading: "NOTICES", rows: notices.map(row)),
        ].filter { !$0.rows.isEmpty }
    }

    private var leaseRows: [CalendarRow] {
        let isOneTenant = Set(leases.map(\.tenant)).count == 1
        return leases.sorted { ($0.tenant, $0.start, $0.id) < ($1.tenant, $1.start, $1.id) }.map { lease in
            let name = lease.label ?? lease.id
            let marks = notices.filter { $0.lease == lease.id }.map {
                CalendarRow.Mark(at: $0.deadline.epochSeconds, character: "!", style: .bad)
            }
            return CalendarRow(
                title: isOneTenant ? name : "\(lease.tenant) \(name)", amount: lease.promised.gpuColumn,
                spans: lease.pieces(at: now), marks: lease.steps + marks)
        }
    }

    private func row(_ maintenance: MaintenanceAnswer) -> CalendarRow {
        let spans = maintenance.windows.map {
            CalendarRow.Span(
                start: $0.start.epochSeconds, end: $0.end.epochSeconds, fill: .blocked, style: .attention, text: "")
        }
        return CalendarRow(title: maintenance.name, amount: counted(maintenance.nodeCount, "node"), spans: spans)
    }

    private func row(_ target: LoadTargetAnswer) -> CalendarRow {
        let isMet = target.unmet.isEmpty
        let span = CalendarRow.Span(
            start: target.start.epochSeconds, end: target.end?.epochSeconds,
            fill: target.state == .live ? .running : .coming, style: isMet ? .attention : .bad, text: target.id)
        return CalendarRow(title: target.budget, amount: power(target.watts), spans: [span])
    }

    private func row(_ notice: NoticeAnswer) -> CalendarRow {
        let deadline = notice.deadline.epochSeconds
        let steps = (notice.offRamp ?? []).map {
            CalendarRow.Mark(at: $0.at.epochSeconds, character: nil, style: .attention)
        }
        let span = CalendarRow.Span(
            start: now.epochSeconds, end: deadline, fill: .coming, style: .attention, text: notice.kind.rawValue)
        let lease = leases.first { $0.id == notice.lease }
        return CalendarRow(
            title: "\(notice.tenant) \(lease?.label ?? notice.lease)",
            amount: notice.acknowledged ? "known" : "not known", spans: [span],
            marks: steps + [CalendarRow.Mark(at: deadline, character: "!", style: .bad)])
    }
}

extension LeaseAnswer {
    /// Its window, cut where what it holds changes.
    fileprivate func pieces(at now: Timestamp) -> [CalendarRow.Span] {
        let later = (schedule ?? []).filter { $0.at > start && $0.at < end }
        let times = [start] + later.map(\.at) + [end]
        let amounts = [promised] + later.map(\.promised)
        return amounts.enumerated().map { index, amount in
            let isNow = times[index] <= now && state != .pending
            let isShort = conditions.contains { $0.type == .degraded || $0.type == .curtailed }
            return CalendarRow.Span(
                start: times[index].epochSeconds, end: times[index + 1].epochSeconds, fill: isNow ? .running : .coming,
                style: isNow ? (isShort ? .attention : .good) : .plain, text: amount.gpuColumn)
        }
    }

    /// Where what it holds changes.
    fileprivate var steps: [CalendarRow.Mark] {
        (schedule ?? []).filter { $0.at > start && $0.at < end }.map {
            CalendarRow.Mark(at: $0.at.epochSeconds, character: nil, style: .heading)
        }
    }
}
