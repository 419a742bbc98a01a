// A rule of a fleet file that makes one budget domain for each topology domain of a level.

struct EachRule {
    let level: Level
    /// Names of the platforms that it is about; empty for all.
    let platforms: [String]
    let suffix: String
    let limit: BudgetLimit
    let each: [EachRule]
    let isOutermost: Bool
    /// Where the rule and its suffix stand, for failures found when it is applied.
    let place: YAMLValue
    let suffixPlace: YAMLValue

    init(
        _ value: YAMLValue, platformsKnown: [String], widest: Level, isOutermost: Bool = true
    ) throws(FleetFileError) {
        let fields = try YAMLFields(
            value, of: "a rule", keys: ["level", "platform", "suffix"] + BudgetLimit.keys + ["each"])
        place = value
        self.isOutermost = isOutermost
        let levelValue = try fields.required("level")
        level = try EachRule.level(levelValue, widest: widest)
        suffixPlace = try fields.required("suffix")
        suffix = try suffixPlace.text(DomainName.segmentExpected)
        guard DomainName.isSiteName(suffix) else { throw suffixPlace.unexpected(DomainName.siteNameExpected) }
        limit = try BudgetLimit(fields)
        var platforms: [String] = []
        for entry in try fields.optional("platform")?.oneOrList(of: "platforms") ?? [] {
            let name = try entry.text("a platform")
            guard platformsKnown.contains(name) else {
                throw entry.failure(
                    "unknown platform \(entry.summary)", expected: "one of \(platformsKnown.joined(separator: ", "))",
                    suggestion: Spelling.nearest(to: name, among: platformsKnown))
            }
            platforms.append(name)
        }
        self.platforms = platforms
        var each: [EachRule] = []
        for entry in try fields.optional("each")?.list(of: "rules", countMax: 100) ?? [] {
            each.append(try EachRule(entry, platformsKnown: platformsKnown, widest: level, isOutermost: false))
        }
        self.each = each
    }

    private static func level(_ value: YAMLValue, widest: Level) throws(FleetFileError) -> Level {
        let levels = [Level.hall, .block, .rack].filter { $0 >= widest }
        let names = levels.map { $0.rawValue }
        let expected = names.count == 1 ? "\"\(names[0])\"" : "one of \(names.joined(separator: ", "))"
        let name = try value.text(expected)
        guard let level = levels.first(where: { $0.rawValue == name }) else {
            throw value.failure(
                "found \(value.summary)", expected: expected, suggestion: Spelling.nearest(to: name, among: names))
        }
        return level
    }
}
