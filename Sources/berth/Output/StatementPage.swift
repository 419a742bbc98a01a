// A statement as one page of HTML to print: no scripts, nothing fetched from anywhere.

import ControlAPI

/// The whole page.
func statementPage(_ statement: LedgerAnswer) -> String {
    var body = "<h1>\(escaped(statement.tenant))</h1>\n<p>Statement for \(escaped(statement.title))</p>\n"
    for contract in statement.contracts {
        body += "<section>\n<h2>Contract \(escaped(contract.contract)), version \(contract.version)</h2>\n"
        body += table(["", "USD"], contract.amounts.map { [$0.name, $0.money.exact] }, isSum: true)
        body += quantities(contract.sums)
        if let percent = contract.availabilityPercent { body += "<p>Availability: \(percent) %</p>\n" }
        body += "</section>\n"
    }
    if !statement.leases.isEmpty {
        body += "<section>\n<h2>Leases</h2>\n"
        body += table(
            ["Contract", "Lease", "Label", "Promised", "Delivered", "Degraded", "Curtailed", "Late", "MWh"],
            statement.leases.map { line in
                let gpus = line.sums.gpuMilliseconds
                return [line.contract ?? "", line.name, line.label ?? ""]
                    + [gpus.promised, gpus.delivered, gpus.degraded, gpus.curtailed + gpus.breach, gpus.lateAtStart]
                    .map(gpuHours) + [megawattHours(line.sums.joulesAtMeter.delivered)]
            }, texts: 3)
        body += "<p>GPU-hours, and energy delivered at the meter.</p>\n</section>\n"
    }
    if !statement.owedBetweenTenants.isEmpty {
        body += "<section>\n<h2>Between tenants</h2>\n"
        body += table(
            ["", "Sub-lease", "Label", "Delivered", "USD for a GPU-hour", "USD"],
            statement.owedBetweenTenants.map { words, line in
                [
                    words, line.name, line.label ?? "", gpuHours(line.delivered), line.pricePerGpuHour?.exact ?? "",
                    line.amount.exact,
                ]
            }, texts: 3)
        body +=
            "<p>For what is used under sub-leases. It is due to the other tenant, and in nothing below.</p>\n</section>\n"
    }
    body += table(
        ["All contracts", "USD"],
        [
            ["charge", statement.charge.exact], ["credit", statement.credit.exact], ["due", statement.due.exact],
        ], isSum: true)
    if let head = statement.auditHead {
        body += "<p class=\"head\">\(escaped(head.line)), signature \(escaped(head.signature)). "
        body +=
            "<code>berth audit head --tenant \(escaped(statement.tenant)) --size \(head.size)</code> shows the same "
        body += "root for ever.</p>\n"
    }
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>\(escaped(statement.tenant)) \(escaped(statement.month))</title>
        <style>
        \(style)
        </style>
        </head>
        <body>
        \(body)</body>
        </html>

        """
}

private let style = """
    body { font: 11pt/1.4 sans-serif; color: #111; background: #fff; max-width: 60em; margin: 2em auto; padding: 0 1em; }
    h1 { font-size: 18pt; margin: 0; }
    h2 { font-size: 13pt; margin: 1.5em 0 .5em; }
    table { border-collapse: collapse; width: 100%; margin: .5em 0; }
    th, td { text-align: right; padding: .2em .6em; border-bottom: 1px solid #ccc; font-variant-numeric: tabular-nums; }
    th.text, td.text { text-align: left; }
    p.head { font-size: 8pt; overflow-wrap: anywhere; color: #444; }
    tr.sum td { font-weight: bold; border-top: 1px solid #111; }
    thead { display: table-header-group; }
    @page { size: A4; margin: 18mm; }
    @media print { body { margin: 0; max-width: none; } section, tr { break-inside: avoid; } }
    """

private func quantities(_ sums: LedgerAmounts) -> String {
    table(["GPU-hours", ""], sums.hours.map { [$0.name, $0.text] })
        + table(["MWh", "at the meter", "at the rack"], sums.energies.map { [$0.name, $0.meter, $0.rack] })
}

/// A table of which the first columns are texts and, where it is a sum, the last row is what it comes to.
private func table(_ heading: [String], _ rows: [[String]], texts: Int = 1, isSum: Bool = false) -> String {
    func cells(_ row: [String], _ tag: String) -> String {
        row.enumerated().map { index, text in
            "<\(tag)\(index < texts ? " class=\"text\"" : "")>\(escaped(text))</\(tag)>"
        }.joined()
    }
    var text = "<table>\n<thead><tr>\(cells(heading, "th"))</tr></thead>\n<tbody>\n"
    for (index, row) in rows.enumerated() {
        text += "<tr\(isSum && index == rows.count - 1 ? " class=\"sum\"" : "")>\(cells(row, "td"))</tr>\n"
    }
    return text + "</tbody>\n</table>\n"
}

/// Text as HTML.
private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;")
}

extension Money {
    /// The amount to the micro-unit.
    fileprivate var exact: String { scaled(Int(micros), by: 1_000_000, decimals: 6) }
}
