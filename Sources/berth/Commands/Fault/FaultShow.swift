// berth fault show

import ArgumentParser
import ControlAPI
import ControlClient

struct FaultShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one fault report and what became of it.",
        discussion: """
            EXAMPLE
              berth fault show f-3k1w8h2c9x4ez
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The report.")
    var id: String

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.fault(id)) { FaultDetail($0).print() }
        }
    }
}

/// One report in full, for people.
struct FaultDetail {
    let fault: FaultReportAnswer

    init(_ fault: FaultReportAnswer) { self.fault = fault }

    func print(to terminal: Terminal = .standardOutput) {
        let state = fault.state.style.applied(to: fault.state.rawValue, inColour: terminal.usesColour)
        terminal.write(
            Style.heading.applied(to: fault.id, inColour: terminal.usesColour)
                + "  \(fault.tenant ?? "telemetry")  \(state)")
        for (title, text) in lines {
            terminal.write("  " + title + String(repeating: " ", count: 11 - title.count) + text)
        }
    }

    private var lines: [(String, String)] {
        var lines = [("hardware", fault.subject)]
        lines += (fault.gpus ?? []).compactMap { gpu in gpu.uuid.map { ("", "module \(gpu.module) is \($0)") } }
        if let leases = fault.leases { lines.append(("held by", leases.joined(separator: ", "))) }
        if let xid = fault.xid {
            let meaning = fault.meaning.map { ", \($0)" } ?? ""
            let action = fault.recoveryAction.map { ", recovery action \($0.rawValue)" } ?? ""
            lines.append(("error", "XID \(xid)\(meaning)\(action)"))
        }
        lines.append(("class", fault.faultClass.rawValue))
        if let text = fault.text { lines.append(("text", text)) }
        lines.append(("reported", "\(fault.at)\(fault.by.map { " by \($0)" } ?? "")"))
        if fault.keep == true { lines.append(("kept", "the tenant goes on with it for now")) }
        lines.append(("act", fault.act.rawValue))
        let who = fault.decidedBy.map { " by \($0)" } ?? ""
        lines.append(("became", "\(fault.state.rawValue) at \(fault.changedAt)\(who): \(fault.remark)"))
        return lines
    }
}
