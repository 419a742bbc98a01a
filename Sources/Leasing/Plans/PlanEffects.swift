// What a plan decides, made small and free of the moment: the same commands with the same effects give the same.

import Crypto
import FleetModel
import Packing

/// What a fact of a plan is about; a token keeps a count and a digest for each.
enum PlanSubject: UInt8, CaseIterable {
    case granted, moved, curtailed, loadTargets, down, replaced, nodes, feeds, maintenance, tenants, contracts

    /// What its facts are, for a count of them.
    var words: String {
        switch self {
        case .granted: "leases granted, or their hardware"
        case .moved: "leases that start or end"
        case .curtailed: "leases curtailed, or how far"
        case .loadTargets: "load targets, what sources give for them or what they miss"
        case .down: "leases with nodes down, or which nodes"
        case .replaced: "nodes replaced in leases"
        case .nodes: "changes of nodes, or which nodes"
        case .feeds: "feeds that fail or come back"
        case .maintenance: "maintenance"
        case .tenants: "tenants"
        case .contracts: "contracts"
        }
    }
}

/// How many facts there are of one subject, and a digest of them.
struct SubjectDigest: Equatable, FieldCoded {
    var subject = PlanSubject.granted
    var count = 0
    var digest: [UInt8] = []

    static var blank: SubjectDigest { SubjectDigest() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&subject)
        try coder.code(&count)
        try coder.code(&digest)
    }
}

/// The effects of a plan by subject.
///
/// Hardware stands by permanent id and new leases by their place. Times are left out, since what counts from now moves
/// on with now; so are words, and figures that only explain.
struct PlanEffects: Equatable, FieldCoded {
    /// In order of subjects; those without a fact are left out.
    var subjects: [SubjectDigest] = []

    static var blank: PlanEffects { PlanEffects() }

    private init() {}

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) { try coder.code(&subjects) }

    /// The effects of `facts`, which `book` has applied; leases from `newFrom` on are the plan's own.
    init(_ facts: [Fact], in book: Book, newFrom: UInt64) {
        var writers: [FieldWriter?] = PlanSubject.allCases.map { _ in nil }
        var counts = [Int](repeating: 0, count: writers.count)
        for fact in facts {
            guard let subject = fact.planSubject else { continue }
            let place = Int(subject.rawValue)
            var writer = writers[place] ?? FieldWriter()
            do { try fact.writeEffect(to: &writer, in: book, newFrom: newFrom) } catch {
                preconditionFailure("writing does not fail: \(error)")
            }
            writers[place] = writer
            counts[place] += 1
        }
        for subject in PlanSubject.allCases {
            guard let writer = writers[Int(subject.rawValue)] else { continue }
            let digest = Array(SHA256.hash(data: writer.bytes).prefix(16))
            subjects.append(SubjectDigest(subject: subject, count: counts[Int(subject.rawValue)], digest: digest))
        }
    }

    /// What differs in other effects, in words.
    func differences(to other: PlanEffects) -> [String] {
        PlanSubject.allCases.compactMap { subject in
            let (was, now) = (find(subject), other.find(subject))
            guard was != now else { return nil }
            let (before, after) = (was?.count ?? 0, now?.count ?? 0)
            return before == after
                ? "\(subject.words): \(before) as before, but others"
                : "\(subject.words): \(before) in the plan, \(after) now"
        }
    }

    private func find(_ subject: PlanSubject) -> SubjectDigest? { subjects.first { $0.subject == subject } }
}

extension Fact {
    /// What it is about; nil for what no plan decides, or what only follows from the rest.
    fileprivate var planSubject: PlanSubject? {
        switch self {
        case .leaseGranted, .leasePartGranted, .leasePartAmended: .granted
        case .leaseMoved: .moved
        case .leaseCurtailed: .curtailed
        case .loadTargetSet: .loadTargets
        case .leaseMembersDown: .down
        case .memberReplaced: .replaced
        case .nodesSet, .nodesCleaned, .nodesReturned, .nodesOverdue, .nodesDarkened: .nodes
        case .feedFailed, .feedRestored: .feeds
        case .maintenanceSet, .maintenanceRemoved: .maintenance
        case .tenantPut, .tenantRemoved: .tenants
        case .contractPut, .contractRemoved: .contracts
        default: nil
        }
    }

    /// Writes what is compared of it.
    fileprivate func writeEffect(
        to writer: inout FieldWriter, in book: Book, newFrom: UInt64
    ) throws(CodingFault) {
        func number(_ lease: UInt64) -> UInt64 { lease < newFrom ? lease << 1 : (lease - newFrom) << 1 | 1 }
        switch self {
        case .leaseGranted(let record), .leasePartGranted(let record), .leasePartAmended(let record):
            var (lease, holder) = (number(record.number), "")
            let granted = book.known(record.number)
            var lines = granted.lines.map { book.register.permanent($0.holdings) }
            var slices = granted.lines.map { LineTerms(slices: book.register.permanent($0.holdings).slices) }
            holder = granted.tenant
            writer.code(&lease)
            writer.code(&holder)
            try writer.code(&lines)
            try writer.code(&slices)
        case .leaseMoved(let lease, var event, _):
            var lease = number(lease)
            writer.code(&lease)
            try writer.code(&event)
        case .leaseCurtailed(let lease, let target, let steps):
            var (lease, budget, id) = (number(lease), target.budget, target.id)
            var levels = steps.map { UInt64($0.percent) << 1 | ($0.isBreach ? 1 : 0) }
            writer.code(&lease)
            writer.code(&budget)
            writer.code(&id)
            try writer.code(&levels)
        case .loadTargetSet(let target):
            try target.writeEffect(to: &writer)
        case .leaseMembersDown(let lease, var nodes, let conditions):
            var (lease, kinds) = (number(lease), conditions.map { UInt64($0.kind.rawValue) })
            writer.code(&lease)
            try writer.code(&nodes)
            try writer.code(&kinds)
        case .memberReplaced(var replacement):
            replacement.lease = number(replacement.lease)
            try writer.code(&replacement)
        case .nodesSet(var nodes, var health, _):
            try writer.code(&nodes)
            try writer.code(&health)
        case .feedFailed(let failure):
            var (budget, source) = (failure.budget, failure.source)
            writer.code(&budget)
            try writer.code(&source)
        case .maintenanceSet(let record):
            var (name, nodes) = (record.name, record.nodes)
            var lengths = record.windows.map { UInt64($0.end - $0.start) }
            writer.code(&name)
            try writer.code(&nodes)
            try writer.code(&lengths)
        default:
            var fact = self
            try writer.code(&fact)
        }
    }
}

extension LoadTarget {
    /// The ceiling and what it takes from sources and misses.
    fileprivate func writeEffect(to writer: inout FieldWriter) throws(CodingFault) {
        var (budget, id, kind, watts) = (key.budget, key.id, kind, watts)
        writer.code(&budget)
        writer.code(&id)
        try writer.code(&kind)
        try writer.code(&watts)
        var given = spent.map { "\($0.source) \($0.watts)" } + unmet.map { "unmet \($0.watts)" }
        try writer.code(&given)
    }
}
