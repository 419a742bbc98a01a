// A name that the daemon does not know, and the nearest one that it does.

import ControlAPI
import ControlClient
import Foundation

/// What a command has looked for.
struct SoughtName: Equatable {
    enum Kind: String, CaseIterable {
        case tenant, contract, cohort, maintenance, lease
        case budget = "budget domain"
    }

    let kind: Kind
    let name: String

    init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    /// The name that a refusal itself speaks of: `there is no tenant acme; …`.
    init?(refusal detail: String) {
        for kind in Kind.allCases {
            guard let range = detail.range(of: "there is no \(kind.rawValue) ") else { continue }
            let name = detail[range.upperBound...].prefix { !";, ".contains($0) }
            guard !name.isEmpty else { continue }
            self.init(kind, String(name))
            return
        }
        return nil
    }

    /// What may have been meant, for a person; nil when nothing is near, or the caller may not see names.
    func advice(_ client: ControlClient) async -> String? {
        guard let names = try? await known(client) else { return nil }
        guard let nearest = nearestSpelling(of: name, among: names), nearest != name else { return list }
        return "Did you mean \(nearest)? \(list)"
    }

    private var list: String {
        let command =
            switch kind {
            case .tenant: "berth tenant list"
            case .contract: "berth contract list"
            case .cohort: "berth cohort list"
            case .maintenance: "berth maintenance list"
            case .lease: "berth lease list"
            case .budget: "berth budgets"
            }
        return "Those there are: \(command)"
    }

    private func known(_ client: ControlClient) async throws -> [String] {
        let page = Page(limit: WireLimits.listLimitMax)
        switch kind {
        case .tenant: return try await client.tenants(page: page).tenants.map(\.name)
        case .contract: return try await client.contracts(page: page).contracts.map(\.name)
        case .cohort: return try await client.cohorts(page: page).cohorts.map(\.name)
        case .maintenance: return try await client.maintenance(page: page).maintenance.map(\.name)
        case .lease: return try await client.leases(page: page).leases.map(\.id)
        case .budget: return try await client.budgets().budgets.map(\.name)
        }
    }
}
