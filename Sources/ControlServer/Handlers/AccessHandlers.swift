// Who has read what a tenant holds. A tenant sees who read its own.

import ControlAPI
import Hummingbird
import Leasing
import Scheduling

enum AccessHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        var tenant = exchange.query["tenant"]
        var began: Int64?
        if case .tenant(let own) = exchange.role {
            guard tenant == nil || tenant == own else { throw TenantHandlers.notFound }
            tenant = own
            // Reads of a tenant that had the name before are not its own, nor an hour in which both had it.
            began = exchange.scheduler.view.book.tenantBegan(own).map { $0 + AccessRecord.slotSeconds - 1 }
        }
        var since =
            try exchange.query("since", "a time like 2029-06-01T00:00:00Z") { Timestamp($0)?.epochSeconds } ?? .min
        since = max(since, began ?? .min)
        let limit = try exchange.limit()
        // One row more tells whether there are more.
        var counts = try exchange.services.accessHistory(tenant, since, limit + 1)
        counts += exchange.services.access.pending.filter {
            $0.hour + AccessRecord.slotSeconds > since && (tenant ?? $0.tenant) == $0.tenant
        }
        let rows = gathered(counts)
        let answer = AccessList(access: rows.prefix(limit).map { AccessRow($0) }, isCut: rows.count > limit)
        return exchange.answer(answer, view: exchange.scheduler.view)
    }

    /// Counts of one caller, tenant and hour together, newest hour first.
    private static func gathered(_ counts: [AccessCount]) -> [AccessCount] {
        var sums: [AccessCount: Int64] = [:]
        for count in counts {
            var key = count
            key.reads = 0
            sums[key, default: 0] += count.reads
        }
        let rows = sums.map { key, reads in
            AccessCount(tenant: key.tenant, reader: key.reader, hour: key.hour, reads: reads)
        }
        return rows.sorted { left, right in
            if left.hour != right.hour { return left.hour > right.hour }
            if left.tenant != right.tenant { return left.tenant < right.tenant }
            return (left.reader?.actor ?? "~", "\(left.reader?.role.description ?? "")")
                < (right.reader?.actor ?? "~", "\(right.reader?.role.description ?? "")")
        }
    }
}

extension AccessRow {
    fileprivate init(_ count: AccessCount) {
        self.init(
            tenant: count.tenant, actor: count.reader?.actor, role: count.reader?.role.description,
            hour: Timestamp(count.hour), reads: Int(count.reads))
    }
}
