// A tenant's share of an accepted change: what its own log holds, and all that it may know of it.

import FleetModel
public import Leasing

/// One entry of a tenant's log. Its place counts the tenant's own entries, since a revision would tell of others' changes.
public struct TenantEntry: Equatable, Sendable {
    /// The place in the tenant's log, from 1.
    public let number: UInt64
    public let recordedAt: Int64
    /// The role of who made the change: `operator`, `daemon`, its own `tenant:NAME`, or `provider` where it came of what
    /// another tenant asked for.
    public let role: String
    /// Who made it, where that was the tenant itself.
    public let actor: String?
    /// Why, where the tenant made the change or all of it is about the tenant.
    public let reason: String?
    /// The request, where the tenant made it.
    public let requestID: String?
    /// What happened, in words.
    public let what: [String]

    /// An entry by its fields.
    public init(
        number: UInt64, recordedAt: Int64, role: String, actor: String?, reason: String?, requestID: String?,
        what: [String]
    ) {
        self.number = number
        self.recordedAt = recordedAt
        self.role = role
        self.actor = actor
        self.reason = reason
        self.requestID = requestID
        self.what = what
    }

    /// The share of `tenant` in an entry that has one, as number `number` of its log.
    public init(_ entry: Entry, about subjects: [FactSubject?], tenant: String, number: UInt64, naming: LeaseNaming) {
        self.number = number
        recordedAt = entry.recordedAt
        let isOwn = entry.actor.role == "tenant:\(tenant)"
        let isAnothers = !isOwn && entry.actor.role.hasPrefix("tenant:")
        role = isAnothers ? "provider" : entry.actor.role
        actor = isOwn ? entry.actor.name : nil
        requestID = isOwn ? entry.requestID : nil
        let isForIt = !isAnothers && subjects.allSatisfy { $0?.tenant == tenant }
        reason = isOwn || isForIt ? entry.reason : nil
        what = zip(entry.facts, subjects).compactMap { fact, subject in
            guard let subject, subject.tenant == tenant else { return nil }
            return fact.words(forTenantOf: subject.lease.map(naming.id) ?? "")
        }
    }

    /// The lines that the log's leaf is made of. This is a format for ever: a tenant keeps proofs of it.
    ///
    /// A line without a value is left out. In texts `\` stands as `\\` and a line's end as `\n`.
    public func text(of tenant: String, bookID: String) -> String {
        var lines = [
            "berth audit entry 1", "book \(bookID)", "tenant \(tenant)", "number \(number)",
            "at \(RFC3339.text(recordedAt))", "role \(Self.escaped(role))",
        ]
        if let actor { lines.append("actor \(Self.escaped(actor))") }
        if let requestID { lines.append("request \(Self.escaped(requestID))") }
        if let reason { lines.append("reason \(Self.escaped(reason))") }
        lines += what.map { "what \(Self.escaped($0))" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A }) else { return text }
        return text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }
}

/// A tenant's share of a change, with the whole change: for whoever shows more of the share than words.
public struct TenantChange: Sendable {
    public let entry: TenantEntry
    /// All of it, others' shares included: none of those may be shown to the tenant.
    public let change: AcceptedChange
}

extension Fact {
    /// What happened, as the tenant may know it, its lease under the id that it knows. Part of the text that leaves are made of:
    /// a wording that is out never changes.
    public func words(forTenantOf lease: String) -> String {
        switch self {
        // Whose call it was is the provider's affair.
        case .leaseCurtailed: "curtail lease \(lease)"
        default: words(lease: lease)
        }
    }
}
