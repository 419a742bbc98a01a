// Bounds of tenants, cohorts and contracts.

extension Money: BoundedFields {
    static let bounds: [String: FieldBound] = ["currency": .pattern("^[A-Z]{3}$")]
}

extension QuotaSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["gpus": .amount, "watts": .amount]
}

extension FieldBound {
    static let amount = FieldBound.number(0...1_000_000_000_000)
}

extension TenantSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["cohort": .name, "description": .remark, "reason": .remark]
}

extension CohortSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["parent": .name, "description": .remark, "reason": .remark]
}

extension ContractSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = [
        "tenant": .name, "reclaimCauses": .shortList, "shedTier": .number(1...9), "sites": .shortList,
        "gpu": .shortList, "availabilityCredits": .list(1...12), "description": .remark, "reason": .remark,
    ]
}

extension PriceSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["rampDiscounts": .list(1...12)]
}

extension RampDiscountSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["months": .number(1...120)]
}

extension ConvenienceSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["maxPercent": .number(1...100), "maxTimes": .number(1...1_000)]
}

extension OffRampSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["steps": .number(1...64)]
}

extension CurtailmentSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["hoursPerMonth": .number(0...744), "floorPercent": .number(1...100)]
}

extension HoursSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["from": .number(0...23), "until": .number(1...24)]
}

extension MoveSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["days": .list(1...7, isSet: true)]
}

extension ApprovalSpecification: BoundedFields {
    static let bounds: [String: FieldBound] = ["of": .list(1...3, isSet: true)]
}
