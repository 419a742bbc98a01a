// The table of accounts: a row for each lease, month and version of its contract, as far as facts have settled it.

import FleetModel
public import Journaling
public import Leasing

extension Projections {
    /// What has gone by since a lease last changed is not in it; the rows of one that is over are whole and stay.
    static let ledgerTable = ProjectionTable(
        name: "ledger",
        columns: [
            .init("id", .text), .init("month", .text), .init("version", .integer), .init("number", .integer),
            .init("tenant", .text, indexed: true), .init("contract", .text), .init("gpu_ms_promised", .integer),
            .init("gpu_ms_delivered", .integer), .init("gpu_ms_degraded", .integer), .init("gpu_ms_excused", .integer),
            .init("gpu_ms_late_at_start", .integer), .init("gpu_ms_stopped", .integer),
            .init("gpu_ms_curtailed", .integer), .init("gpu_ms_breach", .integer),
            .init("gpu_ms_breach_stopped", .integer), .init("rack_joules_promised", .integer),
            .init("rack_joules_delivered", .integer), .init("rack_joules_curtailed", .integer),
            .init("rack_joules_breach", .integer), .init("meter_joules_promised", .integer),
            .init("meter_joules_delivered", .integer), .init("meter_joules_curtailed", .integer),
            .init("meter_joules_breach", .integer), .init("gpu_ms_late_at_hand_back", .integer),
        ], primaryKeyColumnCount: 3)

    /// The rows that the entry has added to, `book` being the state after it.
    static func ledgerWrites(after book: Book) -> [ProjectionWrite] {
        var writes: [ProjectionWrite] = []
        var firstMonths: [(lease: UInt64, month: Int64)] = []
        for touched in book.touchedAccounts {
            if let place = firstMonths.firstIndex(where: { $0.lease == touched.lease }) {
                firstMonths[place].month = min(firstMonths[place].month, touched.month)
            } else {
                firstMonths.append(touched)
            }
        }
        for touched in firstMonths {
            guard let lease = book.lease(touched.lease) else { continue }
            for row in book.settledLedgerRows(of: touched.lease) where row.month >= touched.month {
                writes.append(.upsert(table: "ledger", values: ledgerRow(row, of: lease, book.naming)))
            }
        }
        return writes
    }

    /// One row. The last value is the only one that may grow after a lease is no longer kept.
    public static func ledgerRow(_ row: LedgerRow, of lease: Lease, _ naming: LeaseNaming) -> [ProjectionValue] {
        let (gpus, rack, meter) = (row.sums.gpus, row.sums.rack, row.sums.meter)
        let amounts = [
            gpus.promised, gpus.delivered, gpus.down, gpus.excused, gpus.late, gpus.stopped, gpus.curtailed,
            gpus.breach, gpus.breachStopped, rack.promised, rack.delivered, rack.curtailed, rack.breach,
            meter.promised, meter.delivered, meter.curtailed, meter.breach, gpus.handBack,
        ]
        return [
            .text(naming.id(of: lease.number)), .text(CalendarMonth(index: row.month).text),
            .integer(Int64(row.version)), .integer(Int64(lease.number)), .text(lease.tenant),
            lease.contract.map { .text($0) } ?? .null,
        ] + amounts.map { .integer($0) }
    }
}
