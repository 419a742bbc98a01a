// Reads the sources that feed the root of a power tree.

enum PowerSourceReader {
    static func sources(_ value: YAMLValue) throws(FleetFileError) -> [PowerSource] {
        var result: [PowerSource] = []
        for entry in try value.list(of: "sources", countMax: FleetFileLimits.sourcesPerBudgetMax) {
            let fields = try YAMLFields(
                entry, of: "a source",
                keys: [
                    "name", "kind", "power", "energy", "recharge", "costPerMWh", "permitHoursPerYear",
                    "curtailmentNotice",
                ])
            let nameValue = try fields.required("name")
            let kind: PowerSource.Kind = try fields.required("kind").choice()
            let watts = try fields.required("power").watts()
            let energyJoules = try energy(fields, kind: kind)
            let permitHours = try fields.optional("permitHoursPerYear")?.integer(0...8_784)
            let notice = try fields.optional("curtailmentNotice")?.seconds()
            let recharge = try recharge(fields, kind: kind, watts: watts)
            let cost = try fields.optional("costPerMWh")?.decimal(places: 6, 0...100_000_000_000) ?? 0
            for name in try NamePattern.names(nameValue) {
                guard DomainName.isSiteName(name) else { throw nameValue.unexpected(DomainName.siteNameExpected) }
                guard !result.contains(where: { $0.name == name }) else {
                    throw nameValue.failure("the source \"\(name)\" stands twice", expected: "each name once")
                }
                result.append(
                    PowerSource(
                        name: name, kind: kind, watts: watts, energyJoules: energyJoules,
                        permitHoursPerYear: permitHours, curtailmentNoticeSeconds: notice,
                        rechargeWatts: recharge, costMicrosPerMWh: cost))
                guard result.count <= FleetFileLimits.sourcesPerBudgetMax else {
                    throw value.failure(
                        "too many sources", expected: "at most \(FleetFileLimits.sourcesPerBudgetMax)")
                }
            }
        }
        return result
    }

    /// A battery is filled as fast as it is emptied when it does not say otherwise.
    private static func recharge(
        _ fields: YAMLFields, kind: PowerSource.Kind, watts: Watts
    ) throws(FleetFileError) -> Watts {
        guard let value = fields.optional("recharge") else { return kind == .battery ? watts : 0 }
        guard kind == .battery else {
            throw fields.key("recharge").failure("a \(kind.rawValue) is not recharged", expected: "it on a battery")
        }
        return try value.watts()
    }

    /// A battery must say what it stores; nothing else may.
    private static func energy(_ fields: YAMLFields, kind: PowerSource.Kind) throws(FleetFileError) -> Int64 {
        guard kind == .battery else {
            if fields.optional("energy") != nil {
                throw fields.key("energy").failure("a \(kind.rawValue) stores no energy", expected: "it on a battery")
            }
            return 0
        }
        return try fields.required("energy").joules()
    }
}
