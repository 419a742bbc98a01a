// Bounds of requests about hardware, power and plans.

extension LoadTargetRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "watts": .amount, "reduceByWatts": .amount, "restoreWattsPerMinute": .number(1...1_000_000_000_000),
        "reason": .reason,
    ]
}

extension OrderAcknowledgement: BoundedFields {
    static let bounds: [String: FieldBound] = ["acknowledge": .list(1...1_000), "reason": .remark]
}

extension ReasonRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .reason]
}

extension FeedRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .reason]
}

extension NodeVerbRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .reason]
}

extension MaintenanceSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .reason]
}

extension FaultNode: BoundedFields {
    static let bounds: [String: FieldBound] = ["modules": .list(1...8, of: .number(1...8))]
}

extension FaultReportRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["text": .remark, "reason": .remark]
}

extension FaultDecisionRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .reason]
}

extension IdentifyRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .remark]
}

extension TelemetryRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "source": .text(1...WireLimits.nameBytesMax), "readings": .list(1...WireLimits.readingsMax),
    ]
}

extension TelemetryReading: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "gpu": .number(1...8), "watts": .number(0...WireLimits.readingWattsMax), "energyMillijoules": .atLeast(0),
        "xid": .number(0...999),
    ]
}

extension BackupRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["path": .path(WireLimits.pathBytesMax), "reason": .remark]
}

extension DefragmentRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "count": .number(1...WireLimits.domainsFreedMax), "sites": .shortList, "gpu": .shortList,
    ]
}

extension PlanRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "commands": .list(1...WireLimits.planCommandsMax), "reason": .remark,
    ]
}

extension PlanCommitRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "commands": .list(1...WireLimits.planCommandsMax), "planToken": .length(1...WireLimits.planTokenBytesMax),
        "reason": .reason,
    ]
}

extension PlanTenant: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "name": .name, "cohort": .name, "description": .remark, "reason": .remark,
    ]
}

extension PlanContract: BoundedFields {
    static let bounds: [String: FieldBound] = ["name": .name]
}

extension PlanMaintenance: BoundedFields {
    static let bounds: [String: FieldBound] = ["name": .name]
}

extension PlanRelease: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .remark]
}

extension PlanReclaim: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "gpus": .atLeast(1), "offRamp": .list(1...WireLimits.rampStepsMax),
    ]
}

extension PlanLoadTarget: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "id": .name, "watts": .amount, "reduceByWatts": .amount,
        "restoreWattsPerMinute": .number(1...1_000_000_000_000),
    ]
}

extension PlanLoadTargetRemoval: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .remark]
}

extension PlanFeed: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .remark]
}

extension PlanRemoval: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .remark]
}
