// Making a scenario so, step by step, so that a second time changes nothing.
//
// Tenants and contracts are stated whole and only when they differ. A lease is known by its tenant and its label, which
// is the scenario's name and the lease's: where a live one is there, it is left alone. Against a repetition that cannot
// know yet (an answer lost on the way), each request also carries an idempotency key made of the book's id and
// the label.

import ControlAPI
import ControlClient

/// What became of one step.
enum StepOutcome: String {
    case created, changed, unchanged
    case alreadyThere = "already there"
}

/// The application of one scenario.
struct ScenarioApplication {
    let client: ControlClient
    let scenario: Scenario
    /// The scenario's name in labels.
    let name: String

    var stepCount: Int {
        (scenario.cohorts?.entries.count ?? 0) + (scenario.tenants?.entries.count ?? 0)
            + (scenario.contracts?.entries.count ?? 0)
            + (scenario.leases?.entries.count ?? 0)
    }

    /// Goes through all steps. Gives the leases in the order of the file, each with its name in the scenario.
    func run(
        willBegin: (String) -> Void, didEnd: (String, StepOutcome) -> Void
    ) async throws -> [(name: String, lease: LeaseAnswer)] {
        func step<Result>(
            _ title: String, _ body: () async throws -> (Result, StepOutcome)
        ) async throws -> Result {
            willBegin(title)
            let (result, outcome) = try await body()
            didEnd(title, outcome)
            return result
        }

        for (name, specification) in scenario.cohorts?.entries ?? [] {
            try await step("cohort \(name)") { ((), try await setCohort(name, to: specification)) }
        }
        for (name, specification) in scenario.tenants?.entries ?? [] {
            try await step("tenant \(name)") { ((), try await setTenant(name, to: specification)) }
        }
        for (name, specification) in scenario.contracts?.entries ?? [] {
            try await step("contract \(name)") { ((), try await setContract(name, to: specification)) }
        }
        let bookId = try await client.status().bookId
        var leases: [(String, LeaseAnswer)] = []
        for (name, request) in scenario.leases?.entries ?? [] {
            let lease = try await step("lease \(name)") { try await take(request, named: name, bookId: bookId) }
            leases.append((name, lease))
        }
        return leases
    }

    private func setTenant(_ name: String, to specification: TenantSpecification) async throws -> StepOutcome {
        let present = try await absentAsNil { try await client.tenant(name).specification }
        if present == specification.withoutReason { return .unchanged }
        _ = try await client.setTenant(name, to: specification)
        return present == nil ? .created : .changed
    }

    private func setCohort(_ name: String, to specification: CohortSpecification) async throws -> StepOutcome {
        let present = try await absentAsNil { try await client.cohort(name).specification }
        if present == specification.withoutReason { return .unchanged }
        _ = try await client.setCohort(name, to: specification)
        return present == nil ? .created : .changed
    }

    private func setContract(_ name: String, to specification: ContractSpecification) async throws -> StepOutcome {
        let present = try await absentAsNil { try await client.contract(name).terms }
        if present == specification.withoutReason { return .unchanged }
        _ = try await client.setContract(name, to: specification)
        return present == nil ? .created : .changed
    }

    private func absentAsNil<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch ClientError.refused(let problem, _) where problem.code == .notFound {
            return nil
        }
    }

    /// How many leases of one label a book may have seen end before a person should look.
    private static let repetitionsMax = 1_000

    private func take(
        _ request: LeaseRequest, named name: String, bookId: String
    ) async throws -> (LeaseAnswer, StepOutcome) {
        guard request.recurrence == nil else {
            throw CommandFailure(
                status: .badRequest,
                message: "The lease \(name) has a recurrence; a scenario's leases have one window.",
                advice: "Request the series by itself: berth lease create -f")
        }
        var request = request
        request.label = request.label ?? label(of: name)
        let label = request.label ?? ""
        if let lease = try await liveLease(of: request.tenant, label: label) { return (lease, .alreadyThere) }

        for repetition in 1...Self.repetitionsMax {
            let key = "apply-\(bookId)-\(label)-\(repetition)"
            let granted = try await client.createLease(request, idempotencyKey: key)
            // Within a day of a lease's end its key still gives the old success: then the next one is due.
            let now = try await client.lease(granted.id)
            if !now.state.isOver { return (granted, .created) }
        }
        throw CommandFailure(
            status: .failed, message: "The lease \(label) has been taken and ended \(Self.repetitionsMax) times.")
    }

    private func label(of lease: String) -> String { name + "." + lease }

    private func liveLease(of tenant: String, label: String) async throws -> LeaseAnswer? {
        var cursor: String?
        repeat {
            let list = try await client.leases(
                tenant: tenant, page: Page(limit: WireLimits.listLimitMax, cursor: cursor))
            if let lease = list.leases.first(where: { $0.label == label && !$0.state.isOver }) {
                return try await client.lease(lease.id)
            }
            cursor = list.cursor
        } while cursor != nil
        return nil
    }
}
