// Who sees which field, where not everybody does who may call the route. The document says so of each, and a test walks it.

import ControlAPI

enum Visibility {
    /// Fields by `Type.field`, as they are spelt on the wire, with the roles that see them.
    ///
    /// What hangs on whose something is, and not on the role, is not here: a tenant sees the actor of its own changes, and each
    /// side of a transfer what is its own.
    static let fields: [String: RoleSet] = [
        "AuditEntry.stored": Audiences.readers,
        "FaultReportAnswer.by": Audiences.readers,
        "FaultReportAnswer.decidedBy": Audiences.readers,
        "LeaseAnswer.decision": Audiences.readers,
        "NodeAnswer.holder": Audiences.readers,
        "NodeAnswer.holders": Audiences.readers,
        "OfferAnswer.packing": Audiences.readers,
        "ReclaimAnswer.approval": Audiences.readers,
        "ReloadRefusal.detail": Audiences.operators,
        "SpareAnswer.record": Audiences.provider,
    ]

    /// What the document says of a field; nothing of one that all see.
    static func keywords(of field: String) -> JSONNode {
        guard let roles = fields[field] else { return [:] }
        return ["x-berth-visible-to": .array(roles.names.map { .string($0) })]
    }
}
