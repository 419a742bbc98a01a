// How much a budget domain may carry, as a fleet file states it.

struct BudgetLimit {
    static let keys = ["rating", "measuredAt", "derate", "oversubscription", "schedule"]

    let ratingWatts: Watts
    let measuredAt: MeasuringPoint
    let deratePercent: Int64
    let oversubscriptionPermille: Int64
    let schedule: [LimitStep]
    /// Where the rating stands, for failures found later.
    let place: YAMLValue

    init(_ fields: YAMLFields) throws(FleetFileError) {
        place = try fields.required("rating")
        ratingWatts = try place.watts()
        measuredAt = try fields.optional("measuredAt")?.choice() ?? .rack
        deratePercent = try fields.optional("derate")?.integer(1...100) ?? 100
        oversubscriptionPermille =
            try fields.optional("oversubscription")?.decimal(places: 3, 1_000...2_000) ?? 1_000
        schedule = try fields.optional("schedule").map(BudgetLimit.schedule) ?? []
    }

    /// Steps in order of time; only the first may leave out `from`, and then holds from the beginning.
    private static func schedule(_ value: YAMLValue) throws(FleetFileError) -> [LimitStep] {
        var steps: [LimitStep] = []
        let entries = try value.list(of: "schedule steps", countMax: FleetFileLimits.stepsPerScheduleMax)
        for entry in entries {
            let fields = try YAMLFields(entry, of: "a schedule step", keys: ["from", "limit"])
            let watts = try fields.required("limit").watts()
            if let from = fields.optional("from") {
                let at = try from.time()
                guard at > steps.last?.at ?? .min else {
                    throw from.failure("the step begins before the one above it", expected: "steps in order of time")
                }
                steps.append(LimitStep(at: at, watts: watts))
            } else {
                guard steps.isEmpty else { throw entry.failure("the step lacks \"from\"", expected: "a time") }
                steps.append(LimitStep(at: .min, watts: watts))
            }
        }
        return steps
    }
}
