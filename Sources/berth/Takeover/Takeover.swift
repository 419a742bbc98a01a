// Taking over: what is to be done is tried first, so that everything in the way is known at once; then it is done as a whole.

import ControlAPI
import ControlClient

/// One import on its way.
struct Takeover {
    let client: ControlClient
    let file: ImportFile
    let reason: String

    /// What came of it.
    struct Outcome {
        var leases: [LeaseAnswer] = []
        var alreadyThere: [String] = []
        var tenants = 0
        var contracts = 0
    }

    /// - Throws: ``CommandFailure`` with everything that is in the way.
    func run(isDryRun: Bool) async throws -> Outcome {
        var progress = ProgressBar(stepCount: isDryRun ? 2 : 3)
        // Tenants and contracts that are stated as they are change nothing, so that all of it may be repeated.
        func step<Value>(_ title: String, _ body: () async throws -> (Value, String)) async throws -> Value {
            progress.begin(title)
            do {
                let (value, what) = try await body()
                progress.end(title, what)
                return value
            } catch {
                progress.fail()
                throw error
            }
        }
        var outcome = Outcome()
        let missing = try await step("looking for what is there") {
            var missing: [ImportFile.Item] = []
            let there = try await labels(of: Set(file.leases.map(\.request.tenant)).sorted())
            for item in file.leases {
                if there.contains("\(item.request.tenant)/\(item.request.label ?? "")") {
                    outcome.alreadyThere.append(item.name)
                } else {
                    missing.append(item)
                }
            }
            return (missing, "\(counted(outcome.alreadyThere.count)) of \(counted(file.leases.count, "lease"))")
        }
        (outcome.tenants, outcome.contracts) = (file.tenants.count, file.contracts.count)
        let request = ImportRequest(
            tenants: file.tenants, contracts: file.contracts, leases: missing.map(\.request), reason: reason)
        let planned = try await step("checking \(counted(missing.count, "lease"))") {
            let answer = try await client.importLeases(request, isDryRun: true)
            return (answer, "done")
        }
        try refuse(planned, missing)
        outcome.leases = planned.results.compactMap(\.lease)
        if isDryRun { return outcome }
        outcome.leases = try await step("binding \(counted(missing.count, "lease"))") {
            return (try await client.importLeases(request).results.compactMap(\.lease), "done")
        }
        return outcome
    }

    /// Tells everything that is in the way, each with its place in the file.
    private func refuse(_ planned: LeaseBatchAnswer, _ items: [ImportFile.Item]) throws {
        var lines: [String] = []
        var status: ExitStatus?
        for (item, result) in zip(items, planned.results) {
            guard let problem = result.problem else { continue }
            if status == nil { status = problem.code?.exitStatus ?? .failed }
            lines.append("\(file.place(of: item)): lease \(item.name) of \(item.request.tenant): \(problem.detail)")
        }
        guard let status else { return }
        throw CommandFailure(
            status: status, message: lines.joined(separator: "\n"),
            advice: "\(counted(lines.count, "lease")) of \(items.count) cannot be taken over; nothing was changed.")
    }

    /// Live leases of some tenants, as TENANT/LABEL.
    private func labels(of tenants: [String]) async throws -> Set<String> {
        var found: Set<String> = []
        for tenant in tenants {
            var cursor: String?
            repeat {
                let list = try await client.leases(
                    tenant: tenant, page: Page(limit: WireLimits.listLimitMax, cursor: cursor))
                for lease in list.leases where !lease.state.isOver { found.insert("\(tenant)/\(lease.label ?? "")") }
                cursor = list.cursor
            } while cursor != nil
        }
        return found
    }
}

extension Takeover.Outcome {
    func print(isDryRun: Bool) {
        let terminal = Terminal.standardOutput
        if isDryRun { terminal.write("Nothing was changed. This is what it would be:") }
        if !leases.isEmpty { leaseTable(leases).print() }
        let gpus = leases.reduce(0) { $0 + $1.promised.gpus }
        terminal.write(
            "\(counted(leases.count, "lease")) with \(counted(gpus, "GPU")) \(isDryRun ? "would be" : leases.count == 1 ? "is" : "are") bound"
                + (alreadyThere.isEmpty ? "" : ", \(counted(alreadyThere.count)) there already")
                + (tenants + contracts == 0
                    ? "" : "; \(counted(tenants, "tenant")) and \(counted(contracts, "contract")) stated")
                + ".")
    }
}
