// Answers of berth pack as a person or a program reads them.

import ControlAPI

struct PackPrinter {
    let format: PackFormat
    private let terminal = Terminal.standardOutput

    init(format: PackFormat) { self.format = format }

    func print(_ answer: PackAnswer) {
        switch (answer, format) {
        case (.decision(let decision), .text): terminal.write(text(decision, inColour: terminal.usesColour))
        case (.released(let release), .text):
            terminal.write(
                release.nanoseconds.map { "released \(release.released) in \(micros($0))" }
                    ?? "nothing to release: \(release.released) was refused or has ended")
        case (.clock(let clock), .text):
            terminal.write(
                "clock at \(clock.now): \(counted(clock.ended, "lease")) ended, \(counted(clock.live)) live, "
                    + "in \(micros(clock.nanoseconds))")
        case (.report(let report), .text): terminal.write(text(report))
        case (.decision(let decision), .json): printJSON(decision)
        case (.released(let release), .json): printJSON(release)
        case (.clock(let clock), .json): printJSON(clock)
        case (.report(let report), .json): printJSON(["report": report])
        }
    }

    func print(_ summary: PackSummary) {
        guard format == .text else { return printJSON(["summary": summary]) }
        terminal.write(
            "\(counted(summary.granted)) granted, \(counted(summary.refused)) refused, \(counted(summary.live)) live")
        if let place = summary.place { terminal.write("place   \(text(place))") }
        if let commit = summary.commit { terminal.write("commit  \(text(commit))") }
        terminal.write(text(summary.packing))
    }

    private func printJSON(_ value: some Encodable) {
        terminal.write(bytes: CanonicalJSON.encode(value) + [UInt8(ascii: "\n")])
    }

    /// How many of a kind a line of text names before it only counts the rest.
    private static let namesMax = 3

    func text(_ decision: PackDecision, inColour: Bool) -> String {
        let style = decision.granted ? Style.good : .bad
        let verdict = style.applied(
            to: decision.granted ? "granted" : "refused", inColour: inColour)
        var parts = ["\(decision.line)", verdict, decision.id]
        if let gpus = decision.gpus, gpus > 0 || decision.migInstances == nil { parts.append(counted(gpus, "GPU")) }
        if let instances = decision.migInstances { parts.append(counted(instances, "MIG instance")) }
        let names = decision.hardware ?? []
        parts += names.prefix(Self.namesMax)
        if names.count > Self.namesMax { parts.append("and \(counted(names.count - Self.namesMax)) more") }
        parts += decision.shortages?.map(text) ?? []
        parts.append("place \(micros(decision.placeNanoseconds))")
        if let commit = decision.commitNanoseconds { parts.append("commit \(micros(commit))") }
        return parts.joined(separator: "  ")
    }

    private func text(_ shortage: PackDecision.Shortage) -> String {
        var text = "\(counted(shortage.placed)) of \(counted(shortage.wanted)) fit"
        text += ", \(counted(shortage.free)) free of \(counted(shortage.existing))"
        if shortage.closedNodes > 0 { text += ", \(counted(shortage.closedNodes, "node")) closed" }
        guard !shortage.budgets.isEmpty else { return text }
        text += ", short of watts: \(shortage.budgets.prefix(Self.namesMax).joined(separator: ", "))"
        let rest = shortage.budgets.count - Self.namesMax
        if rest > 0 { text += " and \(counted(rest)) more" }
        return text
    }

    private func text(_ report: PackReport) -> String {
        let largest =
            report.wholeBlocksLeft > 0
            ? "block" : report.wholeNVL72Left > 0 ? "nvl72" : report.wholeNodesLeft > 0 ? "node" : "gpu"
        return "left    \(counted(report.wholeBlocksLeft, "whole block")), "
            + "\(counted(report.wholeNVL72Left)) NVL72, \(counted(report.wholeNodesLeft, "node")); "
            + (report.freeGPUs > 0 ? "the largest free shape is a \(largest)" : "nothing free")
            + "\ngpus    \(counted(report.leasedGPUs)) leased, \(counted(report.freeGPUs)) free of "
            + "\(counted(report.gpus)); stranded \(counted(report.strandedGPUs, "GPU")), \(power(report.strandedWatts))"
    }

    private func text(_ times: PackPercentiles) -> String {
        "p50 \(micros(times.p50Nanoseconds))  p99 \(micros(times.p99Nanoseconds))  max \(micros(times.maxNanoseconds))"
    }

    private func micros(_ nanoseconds: Int) -> String { scaled(nanoseconds, by: 1_000, decimals: 2) + " µs" }
}
