// berth watch

import ArgumentParser
import ControlAPI
import ControlClient

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow what a tenant holds: print it now, and again at each change.",
        discussion: """
            With -o json each change is one line. A daemon that goes away is waited for, once it has answered.

            EXAMPLE
              berth watch google
              berth watch google --once -o yaml
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The tenant.", completion: .custom(LiveNames.tenants))
    var tenant: String

    @Flag(help: "Print it once and end.")
    var once = false

    private static let wait = WireDuration(seconds: 60)

    func run() async throws {
        try await connection.run(output, seeking: SoughtName(.tenant, tenant)) { client in
            var last = try await client.poll(tenant: tenant)
            try show(last)
            var outage = Outage()
            while !once {
                do {
                    let next = try await client.poll(
                        tenant: tenant, index: last.index, wait: Self.wait, ifNoneMatch: last.entityTag)
                    outage.end()
                    if next.index != last.index || next.entityTag != last.entityTag { try show(next) }
                    last = next
                } catch ClientError.unreachable(_, let cause) {
                    outage.tell(cause)
                    try await Task.sleep(for: .seconds(2))
                }
            }
        }
    }

    private func show(_ answer: PollAnswer) throws {
        guard let allocation = answer.allocation else { return }
        if output.output == .json {
            return Terminal.standardOutput.write(bytes: CanonicalJSON.encode(allocation) + [UInt8(ascii: "\n")])
        }
        try output.print(allocation, table: printTable)
    }

    private func printTable(_ allocation: TenantAllocation) {
        let terminal = Terminal.standardOutput
        let next = allocation.nextChangeAt.map { ", next change \($0)" } ?? ""
        terminal.write(
            Style.heading.applied(
                to: "\(allocation.tenant), index \(counted(allocation.index))\(next)", inColour: terminal.usesColour))
        var table = Table(
            .word("LEASE"), .word("STATE"), .number("PROMISED"), .number("DELIVERED"), .number("RACK"), .number("CAP"),
            .word("END"), .text("ALLOCATION"))
        for lease in allocation.leases {
            let isShort =
                lease.delivered.gpus < lease.promised.gpus
                || (lease.delivered.migInstances ?? 0) < (lease.promised.migInstances ?? 0)
            let cap = lease.capNow.map { "\($0.percentText) now" } ?? lease.capText
            let state = lease.state.rawValue + (lease.conditions.isEmpty ? "" : "!")
            table.add(
                .init(lease.id), .init(state, lease.conditions.isEmpty ? lease.state.style : .attention),
                .init(lease.promised.gpuColumn),
                .init(lease.delivered.gpuColumn, isShort ? .attention : .plain),
                .init(power(lease.delivered.watts)), .init(cap, lease.capNow == nil ? .plain : .attention),
                .init(lease.end.short),
                .init(lease.allocation.joined(separator: ",")))
        }
        table.print()
        for lease in allocation.leases {
            for condition in lease.conditions {
                terminal.write(
                    "\(lease.id) is \(condition.type.rawValue) since \(condition.since): \(condition.reason)")
            }
            for node in lease.down ?? [] {
                let by = node.replaceBy.map { ", to be replaced by \($0)" } ?? ""
                terminal.write("\(lease.id): \(node.node) is down since \(node.since)\(by)")
            }
            if let now = lease.capNow {
                terminal.write("\(lease.id) cap now: \(now.text), instead of \(lease.capText)")
            }
        }
        for sublease in allocation.subleases ?? [] {
            let used = sublease.used.map {
                ", \($0.delivered.hardware) of \($0.promised.hardware): \($0.allocation.joined(separator: ","))"
            }
            terminal.write(
                "sub-lease \(sublease.id) from \(sublease.from) to \(sublease.to) until \(sublease.end)\(used ?? "")")
        }
        for notice in allocation.notices {
            let mark = notice.acknowledged ? "" : " (not acknowledged)"
            terminal.write("notice \(notice.id): \(notice.kind.rawValue) by \(notice.deadline)\(mark)")
        }
        for fault in allocation.faults ?? [] {
            terminal.write("fault \(fault.id): \(fault.subject) \(fault.state.rawValue): \(fault.remark)")
        }
        terminal.write("")
    }
}

extension HeldLease {
    /// The cap in few characters.
    var capText: String {
        if let capPercent { return "\(capPercent) %" }
        if let capWattsPerGpu { return "\(counted(capWattsPerGpu)) W" }
        return "-"
    }
}
