// Who has read what which tenant holds: counted in memory, at the cost of one step in a hash table for each read.
//
// Counts are handed over from time to time to a file beside the book. A crash loses those of the last minute, and nothing that
// was promised: the record says who looked, not what changed.

import Scheduling
import Synchronization

/// Reads of one tenant's holdings by one caller within one hour.
public struct AccessCount: Hashable, Sendable {
    public var tenant: String
    /// Who read and in which role; nil for callers beyond those that are told apart.
    public var reader: AccessReader?
    /// The hour's beginning, in seconds since 1970, UTC.
    public var hour: Int64
    public var reads: Int64

    public init(tenant: String, reader: AccessReader?, hour: Int64, reads: Int64) {
        self.tenant = tenant
        self.reader = reader
        self.hour = hour
        self.reads = reads
    }
}

/// A caller as the record names it.
public struct AccessReader: Hashable, Sendable {
    /// As the audit log names it, for example `uid:1000 ada`.
    public var actor: String
    public var role: Role

    public init(actor: String, role: Role) {
        self.actor = actor
        self.role = role
    }
}

/// Counts reads. Any thread may use it; no call waits for more than another's step.
public final class AccessRecord: Sendable {
    /// Seconds in which reads are counted together.
    public static let slotSeconds: Int64 = 3_600
    /// Counts that are told apart until they are taken.
    public static let countsMax = 10_000

    private struct Key: Hashable {
        let tenant: String
        let reader: AccessReader?
    }

    private struct State: Sendable {
        var hour: Int64 = 0
        var counts: [Key: Int64] = [:]
        /// Of hours that are over.
        var closed: [AccessCount] = []
        var size: Int { counts.count + closed.count }
    }

    private let state = Mutex(State())
    private let countsMax: Int

    public init(countsMax: Int = AccessRecord.countsMax) {
        self.countsMax = countsMax
    }

    /// Counts one read at `now`, in seconds since 1970.
    public func note(_ reader: AccessReader, of tenant: String, at now: Int64) {
        let hour = now - now % Self.slotSeconds
        state.withLock { state in
            if hour != state.hour {
                state.closed += Self.counts(state.counts, state.hour)
                state.counts.removeAll(keepingCapacity: true)
                state.hour = hour
            }
            let key = Key(tenant: tenant, reader: reader)
            if let index = state.counts.index(forKey: key) {
                state.counts.values[index] += 1
            } else if state.size < countsMax {
                state.counts[key] = 1
            } else {
                // Not lost, but without a name; and at the very end without the tenant's.
                let others = Key(tenant: tenant, reader: nil)
                let isKnown = state.counts[others] != nil || state.size < 2 * countsMax
                state.counts[isKnown ? others : Key(tenant: "", reader: nil), default: 0] += 1
            }
        }
    }

    /// What has been counted since it was last taken, and begins anew.
    public func take() -> [AccessCount] {
        state.withLock { state in
            defer { (state.counts, state.closed) = ([:], []) }
            return state.closed + Self.counts(state.counts, state.hour)
        }
    }

    /// What has been counted and not been taken.
    public var pending: [AccessCount] {
        state.withLock { $0.closed + Self.counts($0.counts, $0.hour) }
    }

    private static func counts(_ counts: [Key: Int64], _ hour: Int64) -> [AccessCount] {
        counts.map { AccessCount(tenant: $0.key.tenant, reader: $0.key.reader, hour: hour, reads: $0.value) }
    }
}

extension Exchange {
    /// Notes that the caller reads what a tenant holds.
    func noteAccess(to tenant: String) {
        services.access.note(
            AccessReader(actor: caller.actorName, role: role), of: tenant, at: scheduler.clock.wallSeconds)
    }
}
