// A statement as comma-separated values (RFC 4180), with the exact figures.

import ControlAPI

/// A row for each lease, then one for each contract, then one for all; amounts of money only from contracts on. Last come what the
/// tenant owes others for sub-leases, and what others owe it, which is in none of those before.
func statementCSV(_ statement: LedgerAnswer) -> String {
    var rows = [statementColumns]
    func add(
        _ kind: String, contract: String? = nil, lease: String? = nil, leases: Int? = nil, label: String? = nil,
        _ sums: LedgerAmounts, _ amounts: [Money?], availability: String? = nil
    ) {
        rows.append(
            [
                kind, statement.tenant, statement.month, contract ?? "", lease ?? "", leases.map { "\($0)" } ?? "",
                label ?? "",
            ] + sums.figures.map { "\($0)" } + amounts.map { $0.map { "\($0.micros)" } ?? "" } + [availability ?? ""])
    }
    for line in statement.leases {
        add(
            "lease", contract: line.contract, lease: line.lease, leases: line.leases, label: line.label, line.sums,
            [Money?](repeating: nil, count: 7))
    }
    for item in statement.contracts {
        add(
            "contract", contract: item.contract, item.sums,
            [item.perMonth, item.perYear, item.gpuHours, item.energy, item.charge, item.credit, item.due],
            availability: item.availabilityPercent?.description)
    }
    add("total", statement.sums, [nil, nil, nil, nil, statement.charge, statement.credit, statement.due])
    for (kind, lines) in [("owed", statement.owed ?? []), ("receivable", statement.receivable ?? [])] {
        for line in lines { rows.append(subleaseRow(kind, line, statement)) }
    }
    return rows.map { $0.map(quotedField).joined(separator: ",") + "\r\n" }.joined()
}

/// The other tenant stands where a contract's name does, the sub-lease where a lease does.
private func subleaseRow(_ kind: String, _ line: LedgerSublease, _ statement: LedgerAnswer) -> [String] {
    var row = [String](repeating: "", count: statementColumns.count)
    let fields = [
        "kind": kind, "tenant": statement.tenant, "month": statement.month,
        "contract": kind == "owed" ? line.from : line.to, "lease": line.sublease ?? "", "leases": "\(line.subleases)",
        "label": line.label ?? "", "gpu_ms_delivered": "\(line.delivered)",
        "gpu_hours_usd_micros": "\(line.amount.micros)",
    ]
    for (place, name) in statementColumns.enumerated() { row[place] = fields[name] ?? "" }
    return row
}

private let statementColumns =
    ["kind", "tenant", "month", "contract", "lease", "leases", "label"]
    + [
        "promised", "delivered", "degraded", "excused", "late_at_start", "stopped", "curtailed", "breach",
        "breach_stopped", "late_at_hand_back",
    ].map { "gpu_ms_" + $0 }
    + ["rack", "meter"].flatMap { place in
        ["promised", "delivered", "curtailed", "breach"].map { "\(place)_joules_\($0)" }
    }
    + ["per_month", "per_year", "gpu_hours", "energy", "charge", "credit", "due"].map { $0 + "_usd_micros" }
    + ["availability_percent"]

extension LedgerAmounts {
    fileprivate var figures: [Int] {
        let gpus = gpuMilliseconds
        return [
            gpus.promised, gpus.delivered, gpus.degraded, gpus.excused, gpus.lateAtStart, gpus.stopped,
            gpus.curtailed, gpus.breach, gpus.breachStopped, gpus.lateAtHandBack,
        ] + [joulesAtRack, joulesAtMeter].flatMap { [$0.promised, $0.delivered, $0.curtailed, $0.breach] }
    }
}

/// A field in quotes where it needs them. One that a spreadsheet would take for a formula is made a text.
private func quotedField(_ text: String) -> String {
    let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
    let field = isFormula && Int(text) == nil ? "'" + text : text
    guard field.contains(where: { ",\"\n\r\r\n".contains($0) }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
}
