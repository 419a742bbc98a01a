// Leases, a row each.

import ControlAPI

func leaseTable(_ leases: [LeaseAnswer]) -> Table {
    var table = Table(
        .word("LEASE"), .text("TENANT"), .text("LABEL"), .word("STATE"), .number("GPUS"), .number("RACK"),
        .number("METER").optional, .number("CAP"), .word("START").optional, .word("END"))
    for lease in leases {
        let state = lease.conditions.isEmpty ? lease.state.rawValue : lease.state.rawValue + "!"
        table.add(
            .init(lease.id), .init(lease.tenant), .init(lease.label ?? "-"),
            .init(state, lease.conditions.isEmpty ? lease.state.style : .attention),
            .init(lease.promised.gpuColumn), .init(power(lease.promised.watts)),
            .init(power(lease.wattsAtMeter)), .init(lease.capText), .init(lease.start.short),
            .init(lease.end.short))
    }
    return table
}

extension LeaseAnswer {
    /// The cap in few characters.
    var capText: String {
        if let capPercent { return "\(capPercent) %" }
        if let capWattsPerGpu { return "\(counted(capWattsPerGpu)) W" }
        return "-"
    }
}
