// Why a lease is where it is, and what is in the way elsewhere: the API's answers put together.

import ControlAPI
import ControlClient

/// Everything that explains a lease, as the API gives it.
struct LeaseExplanation: Encodable, Equatable {
    /// What asking for the same somewhere else would give: one of the two.
    struct Elsewhere: Encodable, Equatable {
        /// The path of a domain.
        var at: String
        var lease: LeaseAnswer?
        var problem: Problem?
    }

    var lease: LeaseAnswer
    var contract: ContractAnswer?
    var guards: GuardList
    /// Notices that were not withdrawn.
    var notices: [ReclaimAnswer]
    /// The racks or NVLink domains of which it has a part, as they are now; absent: not the caller's to see.
    var shared: [DomainAnswer]?
    /// The sites' power now; absent: not the caller's to see.
    var sites: [SiteWatts]?
    var elsewhere: [Elsewhere]
}

extension LeaseExplanation {
    /// Shared domains that are looked up.
    private static let sharedMax = 8

    /// Reads what explains a lease.
    ///
    /// - Parameter domains: where to ask for the same; none: at every other site that the caller may see.
    static func read(_ id: String, at domains: [String], _ client: ControlClient) async throws -> LeaseExplanation {
        let lease = try await client.lease(id)
        var contract: ContractAnswer?
        if let name = lease.contract { contract = try await client.contract(name, version: lease.contractVersion) }
        let status = try await allowed { try await client.status() }
        let own = Set(lease.paths.compactMap { DomainPath.steps(of: $0).first })
        let others = (status?.watts ?? []).map(\.site).filter { !own.contains($0) }
        var elsewhere: [Elsewhere] = []
        if !lease.state.isOver {
            for domain in domains.isEmpty ? others : domains {
                elsewhere.append(try await ask(for: lease, at: domain, client))
            }
        }
        return LeaseExplanation(
            lease: lease, contract: contract, guards: try await client.guards(on: id),
            notices: try await client.notices(on: id).reclaims.filter { $0.withdrawnAt == nil },
            shared: try await allowed { try await sharedDomains(of: lease, client) },
            sites: status?.watts.filter { own.contains($0.site) }, elsewhere: elsewhere)
    }

    private static func allowed<Answer>(_ question: () async throws -> Answer) async throws -> Answer? {
        do {
            return try await question()
        } catch ClientError.refused(let problem, _) where problem.code == .forbidden {
            return nil
        }
    }

    /// The domains above units that are no whole domain, each once.
    private static func sharedDomains(of lease: LeaseAnswer, _ client: ControlClient) async throws -> [DomainAnswer] {
        guard !lease.state.isOver else { return [] }
        var paths: [String] = []
        for line in lease.reservations where [.node, .gpu, .mig].contains(line.shape) {
            for path in line.allocation where paths.count < sharedMax {
                let rack = DomainPath.steps(of: path).dropLast().joined(separator: "/")
                let room = sharedMax - paths.count
                paths += ((try? HostList.expand(rack)) ?? []).filter { !paths.contains($0) }.prefix(room)
            }
        }
        var domains: [DomainAnswer] = []
        for path in paths {
            domains += try await client.domains(within: path, page: Page(limit: 1)).domains.filter { $0.path == path }
        }
        // Above a whole rack is a hall, of which nothing is to be told.
        return domains.filter { $0.level == .rack || $0.level == .nvl72 }
    }

    private static func ask(
        for lease: LeaseAnswer, at domain: String, _ client: ControlClient
    ) async throws -> Elsewhere {
        do {
            let answer = try await client.createLease(lease.request(at: domain), isDryRun: true)
            return Elsewhere(at: domain, lease: answer)
        } catch ClientError.refused(let problem, _) where problem.status == 409 {
            return Elsewhere(at: domain, problem: problem)
        }
    }
}

extension LeaseAnswer {
    /// The paths of all its lines.
    var paths: [String] { reservations.flatMap(\.allocation) }

    /// The request for the same, for what is left of its window, on the hardware of a domain.
    func request(at domain: String, now: Timestamp = .now) -> LeaseRequest {
        let lines = reservations.filter { $0.count > 0 }.map { line in
            ReservationRequest(
                name: line.name, shape: line.shape, count: line.shape == .watts ? nil : line.count, gpus: line.gpus,
                composed: line.composed, profile: line.profile, megawatts: line.megawatts, gpu: line.gpu,
                within: line.within, spread: line.spread, pin: [domain])
        }
        return LeaseRequest(
            tenant: tenant, contract: contract, reservations: lines, start: start > now ? start : nil, end: end,
            capWattsPerGpu: capWattsPerGpu, capPercent: capPercent, leaseClass: leaseClass, preempt: false)
    }
}
