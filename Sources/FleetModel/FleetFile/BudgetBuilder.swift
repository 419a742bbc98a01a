// Builds the budget trees from a fleet file, and for each rack the chain of budgets that it counts in.

struct BudgetBuilder {
    private let topology: TopologyBuilder
    private let sites: [Site]
    private(set) var domains: [BudgetDomain] = []
    private(set) var chains: [[BudgetIndex]]
    private var chainEntryCount = 0
    private var visitCount = 0
    private var names = Set<String>()
    /// Where each budget's limit stands in the file.
    private var limitPlaces: [YAMLValue] = []
    private let domainByPath: [String: Int]
    /// The topology domains of each level, ascending.
    private let domainsByLevel: [[Int]]

    init(topology: TopologyBuilder, sites: [Site]) {
        self.topology = topology
        self.sites = sites
        chains = Array(repeating: [], count: topology.racks.count)
        var byPath: [String: Int] = [:]
        var byLevel: [[Int]] = Array(repeating: [], count: Level.allCases.count)
        for (offset, domain) in topology.domains.enumerated() {
            byPath[domain.path] = offset
            byLevel[domain.level.depth].append(offset)
        }
        domainByPath = byPath
        domainsByLevel = byLevel
    }

    /// Adds a site's power and cooling trees; every rack of the site must hang from a power root.
    mutating func addTrees(_ fields: YAMLFields, siteOffset: Int) throws(FleetFileError) {
        let site = topology.domains.first { $0.level == .site && $0.siteOffset == siteOffset }!
        let power = try fields.required("power")
        for root in try power.list(of: "power trees") {
            try addTree(root, kind: .power, parent: nil, siteOffset: siteOffset, scope: RackScope([site.racks]))
        }
        if let bare = site.racks.first(where: { chains[$0].isEmpty }) {
            let path = topology.domains[topology.racks[bare].domain.offset].path
            throw fields.key("power").failure(
                "rack \(path) hangs from no power tree", expected: "every rack of the site below a power root")
        }
        guard let cooling = fields.optional("cooling") else { return }
        for root in try cooling.list(of: "cooling trees") {
            try addTree(root, kind: .cooling, parent: nil, siteOffset: siteOffset, scope: RackScope([site.racks]))
        }
    }

    /// Refuses a budget that cannot carry its own racks even with nothing leased on them, at any time.
    func checkIdleFloors(of fleet: Fleet) throws(FleetFileError) {
        let demand = FleetDemand(fleet)
        for (offset, budget) in domains.enumerated() {
            let floor = demand.idleFloorWatts(of: BudgetIndex(offset))
            let least = budget.rackLimitSteps.min { $0.watts < $1.watts }!
            guard floor <= least.watts else {
                throw limitPlaces[offset].failure(
                    "budget \"\(budget.name)\" cannot carry its racks when idle: they draw \(WattsText.short(floor)) at"
                        + " the rack and it leaves \(WattsText.short(least.watts))",
                    expected: "at least \(WattsText.short(budget.measuredWatts(rackWatts: floor)))")
            }
        }
    }

    private mutating func addTree(
        _ value: YAMLValue, kind: BudgetKind, parent: BudgetIndex?, siteOffset: Int, scope: RackScope
    ) throws(FleetFileError) {
        var keys = ["name"] + BudgetLimit.keys + ["feeds", "children", "each"]
        if parent == nil && kind == .power { keys.append("sources") }
        let fields = try YAMLFields(value, of: "a \(kind.rawValue) domain", keys: keys)
        let nameValue = try fields.required("name")
        let name = try nameValue.text(DomainName.siteNameExpected)
        guard DomainName.isSiteName(name) else { throw nameValue.unexpected(DomainName.siteNameExpected) }
        var sources: [PowerSource] = []
        if let value = fields.optional("sources") { sources = try PowerSourceReader.sources(value) }
        var ownScope = scope
        if let value = fields.optional("feeds") {
            let parentName = parent.map { domains[$0.offset].name }
            ownScope = try feeds(value, siteOffset: siteOffset, within: scope, parentName: parentName)
        }
        let index = try add(
            name: name, limit: BudgetLimit(fields), kind: kind, parent: parent, siteOffset: siteOffset,
            sources: sources, scope: ownScope, at: nameValue)
        if let children = fields.optional("children") {
            for child in try children.list(of: "\(kind.rawValue) domains") {
                try addTree(child, kind: kind, parent: index, siteOffset: siteOffset, scope: ownScope)
            }
        }
        if let each = fields.optional("each") {
            for entry in try each.list(of: "rules", countMax: 1_000) {
                let rule = try EachRule(entry, platformsKnown: topology.catalogue.names, widest: .hall)
                try apply(rule, kind: kind, parent: index, siteOffset: siteOffset, scope: ownScope)
            }
        }
    }

    /// Adds one budget domain for each topology domain of the rule's level within `scope`.
    private mutating func apply(
        _ rule: EachRule, kind: BudgetKind, parent: BudgetIndex, siteOffset: Int, scope: RackScope
    ) throws(FleetFileError) {
        try visit(scope.rackCount, at: rule.place)
        var madeCount = 0
        for (offset, reach) in topologyDomains(at: rule.level, within: scope) {
            let ownScope = rule.platforms.isEmpty ? reach : only(rule.platforms, of: reach)
            guard !ownScope.isEmpty else { continue }
            madeCount += 1
            let path = topology.domains[offset].path
            let name = String(
                decoding: path.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
            let index = try add(
                name: "\(name)-\(rule.suffix)", limit: rule.limit, kind: kind, parent: parent, siteOffset: siteOffset,
                sources: [], scope: ownScope, at: rule.suffixPlace)
            for nested in rule.each {
                try apply(nested, kind: kind, parent: index, siteOffset: siteOffset, scope: ownScope)
            }
        }
        guard madeCount > 0 || !rule.isOutermost else {
            throw rule.place.failure(
                "the rule makes no budget domain",
                expected: "a \(rule.level.rawValue) of such a platform below \"\(domains[parent.offset].name)\"")
        }
    }

    private mutating func add(
        name: String, limit: BudgetLimit, kind: BudgetKind, parent: BudgetIndex?, siteOffset: Int,
        sources: [PowerSource], scope: RackScope, at place: YAMLValue
    ) throws(FleetFileError) -> BudgetIndex {
        guard names.insert(name).inserted else {
            throw place.failure("the budget name \"\(name)\" stands twice", expected: "each name once")
        }
        guard domains.count < FleetFileLimits.budgetDomainsMax else {
            throw place.failure(
                "more than \(FleetFileLimits.budgetDomainsMax) budget domains", expected: "a smaller fleet")
        }
        let index = BudgetIndex(domains.count)
        domains.append(
            BudgetDomain(
                name: name, kind: kind, parent: parent, siteOffset: siteOffset, measuredAt: limit.measuredAt,
                ratingWatts: limit.ratingWatts, deratePercent: limit.deratePercent, schedule: limit.schedule,
                site: sites[siteOffset], sources: sources,
                oversubscriptionPermille: limit.oversubscriptionPermille))
        limitPlaces.append(limit.place)
        for range in scope.ranges {
            chainEntryCount += range.count
            guard chainEntryCount <= FleetFileLimits.chainEntriesMax else {
                throw place.failure("too many racks below too many budgets", expected: "a smaller fleet")
            }
            for rack in range {
                guard chains[rack].count < FleetFileLimits.budgetsPerRackMax else {
                    throw place.failure(
                        "a rack hangs from more than \(FleetFileLimits.budgetsPerRackMax) budgets", expected: "fewer")
                }
                chains[rack].append(index)
            }
        }
        return index
    }

    /// Counts work, so that a file of a few megabytes cannot ask for hours of it.
    private mutating func visit(_ count: Int, at place: YAMLValue) throws(FleetFileError) {
        visitCount += count + 1
        guard visitCount <= FleetFileLimits.visitsMax else {
            throw place.failure("too many racks below too many rules", expected: "fewer rules")
        }
    }

    /// The racks that `feeds` names, all of which the parent must feed too.
    private mutating func feeds(
        _ value: YAMLValue, siteOffset: Int, within scope: RackScope, parentName: String?
    ) throws(FleetFileError) -> RackScope {
        var ranges: [Range<Int>] = []
        for entry in try value.oneOrList(of: "topology domains") {
            let names = try NamePattern.names(entry)
            try visit(names.count, at: entry)
            for name in names {
                let path = "\(sites[siteOffset].name)/\(name)"
                guard let offset = domainByPath[path] else {
                    throw entry.failure(
                        "no domain \"\(path)\"", expected: "halls, blocks or racks of this site, such as h[1-4]",
                        suggestion: Spelling.nearest(to: name, among: pathsWithin(siteOffset)))
                }
                let racks = topology.domains[offset].racks
                guard scope.contains(racks) else {
                    throw entry.failure(
                        "\(path) is not below \"\(parentName ?? sites[siteOffset].name)\"",
                        expected: "domains that the parent feeds")
                }
                ranges.append(racks)
            }
        }
        guard !ranges.isEmpty else { throw value.failure("feeds nothing", expected: "at least one domain") }
        return RackScope(ranges)
    }

    /// The paths of a site's domains without the site's own name.
    private func pathsWithin(_ siteOffset: Int) -> [String] {
        let prefixLength = sites[siteOffset].name.count + 1
        return topology.domains.filter { $0.siteOffset == siteOffset }.map { String($0.path.dropFirst(prefixLength)) }
    }

    /// The domains of `level` that reach into `scope`, with the part of them that does.
    private func topologyDomains(at level: Level, within scope: RackScope) -> [(offset: Int, reach: RackScope)] {
        var result: [(offset: Int, reach: RackScope)] = []
        let candidates = domainsByLevel[level.depth]
        for range in scope.ranges {
            var low = 0
            var high = candidates.count
            while low < high {
                let middle = (low + high) / 2
                if topology.domains[candidates[middle]].racks.upperBound > range.lowerBound {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            while low < candidates.count, topology.domains[candidates[low]].racks.lowerBound < range.upperBound {
                if result.last?.offset != candidates[low] {
                    result.append((candidates[low], scope.intersection(topology.domains[candidates[low]].racks)))
                }
                low += 1
            }
        }
        return result
    }

    /// The racks of `scope` whose platform is named in `platforms`.
    private func only(_ platforms: [String], of scope: RackScope) -> RackScope {
        let wanted = topology.platforms.map { platforms.contains($0.name) }
        var result = RackScope()
        for range in scope.ranges {
            for rack in range where wanted[topology.racks[rack].platformOffset] { result.append(rack..<rack + 1) }
        }
        return result
    }
}
