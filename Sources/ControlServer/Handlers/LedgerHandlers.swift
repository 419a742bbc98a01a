// A tenant's statement for one calendar month.

import ControlAPI
import FleetModel
import HTTPTypes
import Hummingbird
import Leasing
import MerkleLog
import Scheduling

enum LedgerHandlers {
    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let tenant = try TenantHandlers.accountedTenant(exchange, in: view)
        let now = max(exchange.scheduler.now, view.time)
        let month =
            try exchange.query("month", "a month like 2026-12, not one to come") { text in
                CalendarMonth(text: text).flatMap { $0.start <= now ? $0 : nil }
            } ?? CalendarMonth(at: now)
        let statement = await exchange.services.searcher.run { view.book.statement(of: tenant, month: month, now: now) }
        var answer = statement.answer(view.book, to: exchange.role)
        answer.auditHead = await exchange.auditHead(of: .tenant(tenant))
        return exchange.answer(answer, view: view)
    }
}

extension LedgerStatement {
    func answer(_ book: Book, to role: Role) -> LedgerAnswer {
        LedgerAnswer(
            tenant: tenant, month: month.text, until: Timestamp(until), closed: isClosed,
            leases: lines.map { line in
                LedgerLine(
                    lease: line.lease.map { book.naming.id(of: $0) }, leases: line.leaseCount, label: line.label,
                    contract: line.contract, sums: line.sums.answer)
            }, contracts: contracts.map(\.answer), sums: sums.answer, charge: dollars(chargeMicros),
            credit: dollars(creditMicros), due: dollars(dueMicros),
            owed: owed.isEmpty ? nil : owed.map { $0.answer(book, to: role) },
            receivable: receivable.isEmpty ? nil : receivable.map { $0.answer(book, to: role) })
    }
}

extension SubleaseLine {
    fileprivate func answer(_ book: Book, to role: Role) -> LedgerSublease {
        LedgerSublease(
            sublease: sublease.map { book.subleaseID($0) }, subleases: count,
            lease: role == .tenant(to) ? nil : lease.map { book.naming.id(of: $0) }, from: from, to: to,
            label: role == .tenant(from) ? nil : label, delivered: Int(delivered),
            pricePerGpuHour: pricePerGPUHourMicros.map(dollars), amount: dollars(amountMicros))
    }
}

extension ContractStatement {
    fileprivate var answer: LedgerContract {
        LedgerContract(
            contract: contract, version: version, sums: sums.answer,
            availabilityPercent: availabilityBasisPoints.map { Percentage(hundredths: Int($0)) },
            perMonth: dollars(perMonthMicros), perYear: dollars(perYearMicros), gpuHours: dollars(gpuHoursMicros),
            energy: dollars(energyMicros), charge: dollars(chargeMicros), credit: dollars(creditMicros),
            due: dollars(dueMicros))
    }
}

extension LedgerSums {
    fileprivate var answer: LedgerAmounts {
        LedgerAmounts(
            gpuMilliseconds: LedgerGPUs(
                promised: Int(gpus.promised), delivered: Int(gpus.delivered), degraded: Int(gpus.down),
                excused: Int(gpus.excused), lateAtStart: Int(gpus.late), stopped: Int(gpus.stopped),
                curtailed: Int(gpus.curtailed), breach: Int(gpus.breach), breachStopped: Int(gpus.breachStopped),
                lateAtHandBack: Int(gpus.handBack)), joulesAtRack: rack.answer, joulesAtMeter: meter.answer)
    }
}

extension EnergySums {
    fileprivate var answer: LedgerEnergy {
        LedgerEnergy(
            promised: Int(promised), delivered: Int(delivered), curtailed: Int(curtailed), breach: Int(breach))
    }
}

private func dollars(_ micros: MicroDollars) -> Money { Money(currency: "USD", micros: micros) }
