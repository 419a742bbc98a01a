// Which roles may use a route.

/// A role without its name.
enum RoleKind: String, Hashable, CaseIterable, Sendable {
    case `operator`, auditor, actuator, tenant

    init(_ role: Role) {
        self =
            switch role {
            case .operator: .operator
            case .auditor: .auditor
            case .actuator: .actuator
            case .tenant: .tenant
            }
    }
}

/// At least one role.
struct RoleSet: Sendable {
    private let kinds: Set<RoleKind>

    init(_ first: RoleKind, _ others: RoleKind...) {
        kinds = Set(others).union([first])
    }

    func contains(_ kind: RoleKind) -> Bool { kinds.contains(kind) }

    /// In the order of their declaration.
    var names: [String] { RoleKind.allCases.filter(kinds.contains).map(\.rawValue) }
}

/// The sets of roles that routes are for; tenants are taken together.
enum Audiences {
    static let all = RoleSet(.operator, .auditor, .actuator, .tenant)
    static let provider = RoleSet(.operator, .auditor, .actuator)
    static let readers = RoleSet(.operator, .auditor)
    static let holders = RoleSet(.operator, .auditor, .tenant)
    static let requesters = RoleSet(.operator, .tenant)
    static let operators = RoleSet(.operator)
    static let tenants = RoleSet(.tenant)
    /// Those that report what hardware does.
    static let reporters = RoleSet(.operator, .actuator)
}
