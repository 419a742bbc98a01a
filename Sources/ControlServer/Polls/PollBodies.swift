// Answers to polls as bytes, made once for each change of a tenant's answer.

import ControlAPI
import Leasing
import NIOCore
import Packing
import Synchronization

/// Poll answers as bytes: plain, and compressed once somebody takes them so.
final class PollBodies: Sendable {
    /// The answer of one tenant.
    private final class Kept: Sendable {
        struct Bytes: Sendable {
            var index: UInt64 = 0
            var plain = ByteBuffer()
            /// Nil while nobody has asked; empty when it would be no shorter.
            var zipped: ByteBuffer?
        }

        /// Held while the bytes are made, so that they are made once.
        let bytes = Mutex(Bytes())
    }

    private let kept = Mutex<[String: Kept]>([:])

    /// The bytes of an answer if they have been made; never waits for others to make them. Nil as gzip when they are better
    /// sent plain, too.
    func made(of tenant: String, at index: UInt64, gzip: Bool) -> ByteBuffer? {
        guard let entry = kept.withLock({ $0[tenant] }) else { return nil }
        return entry.bytes.withLockIfAvailable { bytes -> ByteBuffer? in
            guard bytes.index == index else { return nil }
            guard gzip else { return bytes.plain }
            return bytes.zipped.flatMap { $0.readableBytes == 0 ? nil : $0 }
        } ?? nil
    }

    /// Whether nothing is left to make of an answer.
    func isMade(of tenant: String, at index: UInt64, gzip: Bool) -> Bool {
        guard let entry = kept.withLock({ $0[tenant] }) else { return false }
        return entry.bytes.withLockIfAvailable { $0.index == index && (!gzip || $0.zipped != nil) } ?? false
    }

    /// The bytes of an answer, made where they have not been. Nil as gzip when they are better sent plain.
    func body(of tenant: Tenant, in book: Book, gzip: Bool) -> ByteBuffer? {
        let entry = kept.withLock { kept in
            let entry = kept[tenant.name] ?? Kept()
            kept[tenant.name] = entry
            return entry
        }
        return entry.bytes.withLock { bytes in
            if bytes.index != tenant.index {
                // A reader of an older view does not push out what newer ones are answered with.
                guard bytes.index < tenant.index else {
                    return gzip ? nil : ByteBuffer(bytes: CanonicalJSON.encode(allocation(of: tenant, in: book)))
                }
                let text = CanonicalJSON.encode(allocation(of: tenant, in: book))
                bytes = Kept.Bytes(index: tenant.index, plain: ByteBuffer(bytes: text))
            }
            guard gzip else { return bytes.plain }
            if bytes.zipped == nil { bytes.zipped = Gzip.compressed(bytes.plain) ?? ByteBuffer() }
            return bytes.zipped!.readableBytes == 0 ? nil : bytes.zipped
        }
    }

    /// Forgets tenants that are gone.
    func forget(_ names: Set<String>, in book: Book) {
        kept.withLock { kept in
            for name in names where kept[name] != nil && book.tenant(name) == nil { kept[name] = nil }
        }
    }

    private func allocation(of tenant: Tenant, in book: Book) -> TenantAllocation {
        let encoding = LeaseEncoding(book: book, role: .tenant(tenant.name))
        var (leases, held) = ([HeldLease](), [Lease]())
        var nextChangeAt: Int64?
        tenant.leases.forEach { number, _ in
            guard let lease = book.wholeLease(number) else { return true }
            leases.append(encoding.held(lease))
            held += lease.parts
            if let change = lease.nextChangeAt { nextChangeAt = min(nextChangeAt ?? change, change) }
            return true
        }
        let notices = NoticeEncoding(book: book, now: book.time).notices(of: held).map {
            Notice(id: $0.id, kind: $0.kind, deadline: $0.deadline, acknowledged: $0.acknowledged)
        }
        let transfers = TransferEncoding(book: book, role: .tenant(tenant.name)).notices(to: tenant.name)
        let subleases = SubleaseEncoding(book: book, role: .tenant(tenant.name))
        let (sublet, letChangesAt) = subleases.held(by: tenant.name)
        if let change = letChangesAt { nextChangeAt = min(nextChangeAt ?? change, change) }
        let faults = book.faultReports(of: tenant.name).filter { !$0.state.isFinal }.map {
            FaultReportAnswer($0, in: book, forProvider: false)
        }
        return TenantAllocation(
            tenant: tenant.name, index: Int(tenant.index), nextChangeAt: nextChangeAt.map { Timestamp($0) },
            leases: leases,
            notices: (notices + transfers + subleases.notices(to: tenant.name)).sorted {
                ($0.deadline, $0.id) < ($1.deadline, $1.id)
            },
            faults: faults.isEmpty ? nil : faults, subleases: sublet.isEmpty ? nil : sublet)
    }
}
