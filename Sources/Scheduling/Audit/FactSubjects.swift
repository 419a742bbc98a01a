// Whom each fact of an entry is about: what the audit log shows to which tenant rests on it.

public import Leasing

/// Whom a fact is about.
public struct FactSubject: Equatable, Sendable {
    public var tenant: String
    /// The lease, where the fact is about one; of a part, the lease that it belongs to.
    public var lease: UInt64?
    /// Whether the tenant ends with it: whoever has its name later is another one.
    public var isEnd = false

    public init(tenant: String, lease: UInt64? = nil) {
        self.tenant = tenant
        self.lease = lease
    }

    /// The last that a tenant hears.
    static func end(of tenant: String) -> FactSubject {
        var subject = FactSubject(tenant: tenant)
        subject.isEnd = true
        return subject
    }
}

/// Tells whom facts are about. Goes along with a book, entry by entry: a contract that is gone no longer says whose it was.
public struct FactSubjects: Sendable {
    private var contractTenants: [String: String] = [:]

    /// To go on after `book`.
    public init(after book: Book) {
        for name in book.contractNames { contractTenants[name] = book.contract(name)?.tenant }
    }

    /// Whom each fact of the entry is about, nil for nobody, `book` being the state after the entry. O(facts).
    public mutating func subjects(of entry: Entry, after book: Book) -> [FactSubject?] {
        entry.facts.map { fact in
            switch fact {
            case .tenantRemoved(let name, true): return .end(of: name)
            case .tenantPut(let name, _, _), .tenantRemoved(let name, false), .tenantShared(let name, _):
                return FactSubject(tenant: name)
            case .contractPut(let name, let terms):
                contractTenants[name] = terms.tenant
                return terms.tenant.map { FactSubject(tenant: $0) }
            case .contractRemoved(let name):
                return contractTenants.removeValue(forKey: name).map { FactSubject(tenant: $0) }
            case .faultReported(let report):
                return report.tenant.map { FactSubject(tenant: $0, lease: report.leases.first) }
            case .faultDecided(let verdict): return verdict.tenant.map { FactSubject(tenant: $0) }
            case .tokenMade(let token): return subject(of: token.owner)
            case .tokenRevoked(_, let owner, _): return subject(of: owner)
            case .transferNoted(let note):
                let lease = note.tenant == note.transfer.from ? note.transfer.lease : nil
                return FactSubject(tenant: note.tenant, lease: lease)
            case .subleaseNoted(let note):
                let lease = note.tenant == note.sublease.from ? note.sublease.lease : nil
                return FactSubject(tenant: note.tenant, lease: lease)
            default:
                // A part that is over may be forgotten already; its lease is named by another fact then.
                guard let number = fact.leaseNumber, let holder = book.holder(of: number) else { return nil }
                return FactSubject(tenant: holder.tenant, lease: holder.lease)
            }
        }
    }

    private func subject(of owner: TokenOwner) -> FactSubject? {
        if case .tenant(let name) = owner { FactSubject(tenant: name) } else { nil }
    }

    // MARK: As text

    /// The subjects as the table `audit` keeps them: a word for each fact, `TENANT/LEASE`, `TENANT`, `TENANT/-` where the
    /// tenant ends, or `-` for nobody.
    static func text(_ subjects: [FactSubject?]) -> String {
        var text = ""
        for subject in subjects {
            if !text.isEmpty { text += " " }
            guard let subject else {
                text += "-"
                continue
            }
            text += subject.tenant
            if let lease = subject.lease { text += "/\(lease)" }
            if subject.isEnd { text += "/-" }
        }
        return text
    }

    /// Reads what `text` gives.
    static func read(_ text: String) -> [FactSubject?] {
        text.split(separator: " ").map { word in
            if word == "-" { return nil }
            let parts = word.split(separator: "/", maxSplits: 1)
            if parts.count > 1 && parts[1] == "-" { return .end(of: String(parts[0])) }
            return FactSubject(tenant: String(parts[0]), lease: parts.count > 1 ? UInt64(parts[1]) : nil)
        }
    }
}
