// A statement as people read it in a terminal.

import ControlAPI

/// GPU-hours with three decimals, rounded.
func gpuHours(_ milliseconds: Int) -> String { scaled(milliseconds, by: 3_600_000, decimals: 3) }

/// MWh with three decimals, rounded.
func megawattHours(_ joules: Int) -> String { scaled(joules, by: 3_600_000_000, decimals: 3) }

extension LedgerAnswer {
    /// The month, and whether it is over.
    var title: String { month + (closed ? "" : ", not closed: until \(until)") }
}

extension LedgerLine {
    /// What the line is about.
    var name: String { lease ?? "\(counted(leases, "lease")) no longer kept" }
}

extension LedgerAmounts {
    /// Figures of GPU-hours with their names, those that are zero left out but for the first two.
    var hours: [(name: String, text: String)] {
        let gpus = gpuMilliseconds
        let all = [
            ("promised", gpus.promised), ("delivered", gpus.delivered), ("degraded", gpus.degraded),
            ("of that excused", gpus.excused), ("late at start", gpus.lateAtStart), ("stopped", gpus.stopped),
            ("curtailed within terms", gpus.curtailed), ("beyond terms", gpus.breach),
            ("late at hand-back", gpus.lateAtHandBack),
        ]
        return all.enumerated().filter { $0.offset < 2 || $0.element.1 != 0 }.map {
            ($0.element.0, gpuHours($0.element.1))
        }
    }

    /// Figures of MWh with their names, at the meter and at the rack.
    var energies: [(name: String, meter: String, rack: String)] {
        let (meter, rack) = (joulesAtMeter, joulesAtRack)
        let all = [
            ("promised", meter.promised, rack.promised), ("delivered", meter.delivered, rack.delivered),
            ("curtailed within terms", meter.curtailed, rack.curtailed), ("beyond terms", meter.breach, rack.breach),
        ]
        return all.enumerated().filter { $0.offset < 2 || $0.element.2 != 0 }.map {
            ($0.element.0, megawattHours($0.element.1), megawattHours($0.element.2))
        }
    }
}

extension LedgerContract {
    /// What it comes to, line by line, those that are zero left out.
    var amounts: [(name: String, money: Money)] {
        let parts = [
            ("price for months", perMonth), ("price for years", perYear), ("GPU-hours", gpuHours), ("energy", energy),
        ].filter { $0.1.micros != 0 }
        return parts + [("charge", charge), ("credit", credit), ("due", due)]
    }
}

extension LedgerAnswer {
    /// What is owed between tenants, with its words, those that nothing is owed for left out.
    var owedBetweenTenants: [(words: String, line: LedgerSublease)] {
        (owed ?? []).map { ("owed to \($0.from)", $0) } + (receivable ?? []).map { ("owed by \($0.to)", $0) }
    }
}

extension LedgerSublease {
    /// What the line is about.
    var name: String { sublease ?? "\(counted(subleases, "sub-lease")) no longer kept" }
}

extension AuditHead {
    /// The head in one line.
    var line: String {
        "audit log: \(counted(size, "entry", "entries")), root \(root), signed \(signedAt) with key \(keyId)"
    }
}

/// The statement as tables.
func printStatement(_ statement: LedgerAnswer) {
    let terminal = Terminal.standardOutput
    terminal.write("\(statement.tenant), \(statement.title)")
    var lines = Table(
        .text("CONTRACT"), .word("LEASE"), .text("LABEL"), .number("PROMISED"), .number("DELIVERED"),
        .number("DEGRADED"), .number("CURTAILED"), .number("LATE"), .number("MWH"))
    for line in statement.leases {
        let gpus = line.sums.gpuMilliseconds
        lines.add(
            .init(line.contract ?? "-"), .init(line.name), .init(line.label ?? "-"), .init(gpuHours(gpus.promised)),
            .init(gpuHours(gpus.delivered)), .init(gpuHours(gpus.degraded)),
            .init(gpuHours(gpus.curtailed + gpus.breach)), .init(gpuHours(gpus.lateAtStart)),
            .init(megawattHours(line.sums.joulesAtMeter.delivered)))
    }
    if !statement.leases.isEmpty { lines.print() }
    for contract in statement.contracts {
        var amounts = Table(.text("CONTRACT \(contract.contract), VERSION \(contract.version)"), .number("USD"))
        for (name, money) in contract.amounts { amounts.add(.init(name), .init(money.text)) }
        if let percent = contract.availabilityPercent { amounts.add("availability", .init("\(percent) %")) }
        amounts.print()
    }
    terminal.write("due: \(statement.due.text)")
    if !statement.owedBetweenTenants.isEmpty {
        var owed = Table(
            .text("BETWEEN TENANTS"), .word("SUB-LEASE"), .text("LABEL"), .number("DELIVERED"), .number("PRICE"),
            .number("USD"))
        for (words, line) in statement.owedBetweenTenants {
            owed.add(
                .init(words), .init(line.name), .init(line.label ?? "-"), .init(gpuHours(line.delivered)),
                .init(line.pricePerGpuHour?.text ?? "-"), .init(line.amount.text))
        }
        owed.print()
    }
    if let head = statement.auditHead { terminal.write(head.line) }
}
