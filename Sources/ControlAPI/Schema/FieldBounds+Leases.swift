// Bounds of requests for leases, offers and changes.

extension LeaseRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "tenant": .name, "contract": .name, "label": .name, "reservations": .list(1...WireLimits.reservationsMax),
        "sites": .shortList, "capWattsPerGpu": .number(1...10_000), "capPercent": .number(1...100), "reason": .remark,
        "planToken": .length(0...WireLimits.planTokenBytesMax),
    ]
}

extension ReservationRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "name": .name, "count": .number(0...WireLimits.unitsPerLineMax), "gpus": .number(1...8),
        "profile": .text(1...WireLimits.nameBytesMax), "gpu": .shortList, "pin": .pins,
        "ramp": .list(1...WireLimits.rampStepsMax), "hold": .list(1...WireLimits.holdsMax),
    ]
}

extension OfferLine: BoundedFields {
    static let bounds = ReservationRequest.bounds.filter { !["ramp", "hold"].contains($0.key) }.merging([
        "orElse": .list(0...WireLimits.alternativesMax)
    ]) { $1 }
}

extension AlternativeShape: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "count": .number(1...WireLimits.unitsPerLineMax), "gpus": .number(1...8), "gpu": .shortList,
    ]
}

extension FieldBound {
    fileprivate static let pins = FieldBound.list(1...WireLimits.pinsMax, of: .text(1...WireLimits.pinBytesMax))
}

extension OfferRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "tenant": .name, "contract": .name, "label": .name, "reservations": .list(1...WireLimits.reservationsMax),
        "sites": .shortList, "reason": .remark, "objectives": .list(1...OfferObjective.allCases.count, isSet: true),
    ]
}

extension SpreadRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["max": .number(1...WireLimits.unitsPerLineMax)]
}

extension RampStep: BoundedFields {
    static let bounds: [String: FieldBound] = ["count": .number(0...WireLimits.unitsPerLineMax)]
}

extension SpareRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["perDomain": .number(0...64)]
}

extension LeaseBatchRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["leases": .list(1...WireLimits.batchLeasesMax)]
}

extension ImportRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "leases": .list(0...WireLimits.importLeasesMax), "reason": .remark,
    ]
}

extension ImportedTenant: BoundedFields {
    static let bounds: [String: FieldBound] = ["name": .name]
}

extension ImportedContract: BoundedFields {
    static let bounds: [String: FieldBound] = ["name": .name]
}

extension RecurrenceRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["rule": .remark, "timeZone": .remark, "start": .remark]
}

extension AmendmentRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "capWattsPerGpu": .number(1...10_000), "capPercent": .number(1...100),
        "reservations": .list(1...WireLimits.reservationsMax), "reason": .remark,
    ]
}

extension LineAmendmentRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "name": .name, "count": .number(0...WireLimits.unitsPerLineMax), "ramp": .list(1...WireLimits.rampStepsMax),
        "gpus": .number(1...8), "profile": .text(1...WireLimits.nameBytesMax), "gpu": .shortList, "pin": .pins,
    ]
}

extension ReclaimRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "gpus": .atLeast(1), "offRamp": .list(1...WireLimits.rampStepsMax), "reason": .reason,
    ]
}

extension ReclaimStep: BoundedFields {
    static let bounds: [String: FieldBound] = ["gpus": .atLeast(0)]
}

extension NominationRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["nodes": .shortList, "reason": .remark]
}

extension UnitCountRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["count": .atLeast(1)]
}

extension LeaseSplitRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["nodes": .shortList, "lines": .list(1...64), "reason": .remark]
}

extension TransferRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "to": .name, "nodes": .shortList, "lines": .list(1...64), "reason": .remark,
    ]
}

extension TransferReplyRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["contract": .name, "label": .remark, "reason": .remark]
}

extension SubleaseRequest: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "to": .name, "nodes": .shortList, "lines": .list(1...64), "reason": .remark,
    ]
}

extension SubleaseReplyRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["label": .remark, "reason": .remark]
}

extension TokenRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["name": .name, "reason": .remark]
}

extension ApprovalRequest: BoundedFields {
    static let bounds: [String: FieldBound] = ["reason": .reason]
}
