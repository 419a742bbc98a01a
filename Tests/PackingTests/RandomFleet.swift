// Small random fleets, written as fleet files and read like any other.

import FleetModel

/// The catalogue that ships, and two small rack-scale platforms so that a whole NVLink domain may have few trays.
enum TestCatalogue {
    static let whole: Catalogue = {
        // The catalogue's own tests say why if this ever fails.
        let shipped = try! Catalogue.builtIn()
        let small = [("mini-nvl2", "gb200-nvl72", 2), ("mini-nvl4", "gb300-nvl72", 4)].map { name, model, trays in
            smaller(shipped.platform(named: model)!, name: name, trays: trays)
        }
        return Catalogue(platforms: shipped.platforms + small)
    }()

    private static func smaller(_ model: Platform, name: String, trays: Int) -> Platform {
        Platform(
            name: name, gpu: model.gpu, gpuProduct: model.gpuProduct, gpuMemoryMiB: model.gpuMemoryMiB,
            gpusPerNode: model.gpusPerNode, traysPerNVLinkDomain: trays, power: model.power,
            reliability: model.reliability, partitions: model.partitions, numa: model.numa, nics: model.nics,
            migProfiles: model.migProfiles)
    }
}

/// A budget tree before it has limits.
private struct BudgetSketch {
    /// A name, or the suffix of a rule.
    var name: String
    var level: String?
    var platform: String?
    var feeds: String?
    var measuredAt: String
    var deratePercent: Int
    var children: [BudgetSketch] = []
    var rules: [BudgetSketch] = []
    var rating = "1 GW"
    var schedule: [(second: Int?, limit: String)] = []

    func text(indent: String) -> String {
        var keys = [level == nil ? "name: \(name)" : "suffix: \(name)"]
        if let level { keys.append("level: \(level)") }
        if let platform { keys.append("platform: \(platform)") }
        if let feeds { keys.append("feeds: [\(feeds)]") }
        keys += ["measuredAt: \(measuredAt)", "derate: \(deratePercent)", "rating: \(rating)"]
        if !schedule.isEmpty {
            let steps = schedule.map { step in
                let from = step.second.map { "from: \(RandomFleet.time($0)), " } ?? ""
                return "{\(from)limit: \(step.limit)}"
            }
            keys.append("schedule: [\(steps.joined(separator: ", "))]")
        }
        var lines = "\(indent)- \(keys.joined(separator: "\n\(indent)  "))\n"
        if !children.isEmpty {
            lines += "\(indent)  children:\n" + children.map { $0.text(indent: indent + "    ") }.joined()
        }
        if !rules.isEmpty { lines += "\(indent)  each:\n" + rules.map { $0.text(indent: indent + "    ") }.joined() }
        return lines
    }

    mutating func forEach(_ body: (inout BudgetSketch) -> Void) {
        body(&self)
        for index in children.indices { children[index].forEach(body) }
        for index in rules.indices { rules[index].forEach(body) }
    }
}

private struct SiteSketch {
    var head: String
    var halls: [String] = []
    var platforms: [String] = []
    /// Paths that a budget may feed.
    var paths: [String] = []
    var power: [BudgetSketch] = []
    var cooling: [BudgetSketch] = []

    var text: String {
        var lines = head + "    halls:\n" + halls.joined() + "    power:\n"
        lines += power.map { $0.text(indent: "      ") }.joined()
        if !cooling.isEmpty { lines += "    cooling:\n" + cooling.map { $0.text(indent: "      ") }.joined() }
        return lines
    }
}

/// How much the budgets of a random fleet get in the way.
enum BudgetMood: CaseIterable { case loose, mixed, tight }

enum RandomFleet {
    /// The first instant of every test: 2027-01-01T00:00:00Z.
    static let epoch: Int64 = 1_798_761_600

    /// The time so many seconds after the epoch, less than an hour.
    static func time(_ second: Int) -> String {
        func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "2027-01-01T00:\(digits(second / 60)):\(digits(second % 60))Z"
    }

    static func parse(_ text: String) throws -> Fleet {
        try FleetFile.parse(text: text, file: "random.yaml", catalogue: TestCatalogue.whole)
    }

    /// One to two sites of a few nodes, with budgets just above their idle floors or well above, as the mood is.
    static func make(
        _ random: inout SeededGenerator, mood: BudgetMood, isLarge: Bool = false
    ) throws -> Fleet {
        var names = 0
        var sites: [SiteSketch] = []
        for number in 1...(random.chance(30) ? 2 : 1) {
            sites.append(site(number, &random, isLarge: isLarge, names: &names))
        }
        // Read once without limits to learn the idle floors, then again with limits that leave some of the rest.
        let unlimited = try parse(text(sites))
        let floors = floorsAndCeilings(unlimited)
        for index in sites.indices {
            for tree in sites[index].power.indices {
                sites[index].power[tree].forEach { limit(&$0, unlimited, floors, mood, &random) }
            }
            for tree in sites[index].cooling.indices {
                sites[index].cooling[tree].forEach { limit(&$0, unlimited, floors, mood, &random) }
            }
        }
        return try parse(text(sites))
    }

    private static func text(_ sites: [SiteSketch]) -> String {
        "version: 1\nname: random\nsites:\n" + sites.map(\.text).joined()
    }

    // MARK: What exists

    private static func site(
        _ number: Int, _ random: inout SeededGenerator, isLarge: Bool, names: inout Int
    ) -> SiteSketch {
        let pue = random.pick(from: ["1", "1.2", "1.25", "1.333"])
        let network = random.pick(from: ["0", "5", "2.5"])
        var site = SiteSketch(
            head: """
                  - name: s\(number)
                    pue: \(pue)
                    networkPercent: \(network)
                    energyPricePerMWh: 50
                    carbonGramsPerKWh: 400
                    reliabilityPercent: 99.9
                    turnRound: {cleaning: 10m, validating: 20m, endsBy: timer}

                """)
        for hall in 1...random.pick(1...2) {
            let shape = random.pick(0...2)
            var lines = "      - name: h\(hall)\n"
            if shape != 1 {
                lines += "        blocks:\n"
                for block in 1...random.pick(1...2) {
                    let platform = random.pick(from: ["hgx-h100", "hgx-h200", "hgx-b200"])
                    let (racks, nodes) = (random.pick(1...3), random.pick(1...3))
                    lines +=
                        "          - {name: b\(block), platform: \(platform), racks: \(racks), nodesPerRack: \(nodes)}\n"
                    site.platforms.append(platform)
                    site.paths += ["h\(hall)/b\(block)", "h\(hall)/b\(block)/r1"]
                }
            }
            if shape != 0 {
                let platform = random.pick(
                    from: isLarge ? ["gb200-nvl72", "gb300-nvl72"] : ["mini-nvl2", "mini-nvl2", "mini-nvl4"])
                let racks = random.pick(1...(isLarge ? 2 : 3))
                lines += "        racks:\n          - {name: \"n[1-\(racks)]\", platform: \(platform)}\n"
                site.platforms.append(platform)
                site.paths += (1...racks).map { "h\(hall)/n\($0)" }
            }
            site.halls.append(lines)
            site.paths.append("h\(hall)")
        }
        site.power = powerTrees(site, &random, names: &names)
        if random.chance(50) {
            var loop = budget(&random, names: &names)
            loop.rules = rules(site, &random, names: &names)
            if random.chance(50) { loop.feeds = random.pick(from: site.paths) }
            site.cooling = [loop]
            // A rule below a loop that feeds only part may make nothing, which the file's reader refuses.
            if loop.feeds != nil { site.cooling[0].rules = [] }
        }
        return site
    }

    private static func powerTrees(
        _ site: SiteSketch, _ random: inout SeededGenerator, names: inout Int
    ) -> [BudgetSketch] {
        var root = budget(&random, names: &names)
        if random.chance(70) { root.measuredAt = "meter" }
        for _ in 0..<random.pick(0...3) {
            var feed = budget(&random, names: &names)
            // Feeds of all racks are two feeds (2N); feeds of some may cross one another.
            if random.chance(60) { feed.feeds = random.pick(from: site.paths) }
            if feed.feeds == nil && random.chance(40) { feed.rules = rules(site, &random, names: &names) }
            root.children.append(feed)
        }
        if random.chance(40) { root.rules = rules(site, &random, names: &names) }
        var trees = [root]
        if random.chance(20) { trees.append(budget(&random, names: &names)) }
        return trees
    }

    private static func rules(
        _ site: SiteSketch, _ random: inout SeededGenerator, names: inout Int
    ) -> [BudgetSketch] {
        var rule = budget(&random, names: &names)
        rule.level = random.pick(from: ["hall", "rack", "rack"])
        if random.chance(30) { rule.platform = random.pick(from: site.platforms) }
        if rule.level == "hall" && random.chance(50) {
            var nested = budget(&random, names: &names)
            nested.level = "rack"
            rule.rules = [nested]
        }
        return [rule]
    }

    private static func budget(_ random: inout SeededGenerator, names: inout Int) -> BudgetSketch {
        names += 1
        return BudgetSketch(
            name: "u\(names)u", measuredAt: random.pick(from: ["rack", "rack", "it", "meter"]),
            deratePercent: random.pick(from: [100, 100, 80, 93]))
    }

    // MARK: Limits

    private struct Extent {
        var budget: BudgetDomain
        var idleWatts: Watts
        var fullWatts: Watts
    }

    private static func floorsAndCeilings(_ fleet: Fleet) -> [Extent] {
        var extents = fleet.budgets.map { Extent(budget: $0, idleWatts: 0, fullWatts: 0) }
        for (rack, chain) in zip(fleet.racks, fleet.budgetChains) {
            let (platform, nodes) = (fleet.platforms[rack.platformOffset], Watts(rack.nodes.count))
            let power = platform.power
            let fullWatts = power.nodeOverheadWatts + Watts(platform.gpusPerNode) * power.capWattsMax
            for budget in chain {
                extents[budget.offset].idleWatts += nodes * power.nodeIdleWatts + power.rackOverheadWatts
                extents[budget.offset].fullWatts += nodes * fullWatts + power.rackOverheadWatts
            }
        }
        return extents
    }

    private static func limit(
        _ sketch: inout BudgetSketch, _ fleet: Fleet, _ extents: [Extent], _ mood: BudgetMood,
        _ random: inout SeededGenerator
    ) {
        let made = extents.filter {
            sketch.level == nil ? $0.budget.name == sketch.name : $0.budget.name.hasSuffix("-\(sketch.name)")
        }
        guard let widest = made.max(by: { $0.idleWatts < $1.idleWatts }) else { return }
        func watts() -> Watts {
            let percent: Int
            switch mood {
            case .loose: percent = 200
            case .mixed: percent = random.pick(from: [10, 25, 40, 60, 80, 100, 100])
            case .tight: percent = random.pick(5...45)
            }
            let spare = (widest.fullWatts - widest.idleWatts) * Watts(percent) / 100
            return widest.budget.measuredWatts(rackWatts: widest.idleWatts + spare)
        }
        let derate = Watts(sketch.deratePercent)
        sketch.rating = "\((watts() * 100 + derate - 1) / derate) W"
        guard random.chance(30) else { return }
        var second: Int? = random.chance(20) ? nil : random.pick(0...40)
        for _ in 0..<random.pick(1...3) {
            sketch.schedule.append((second, "\(watts()) W"))
            second = (second ?? 0) + random.pick(1...40)
        }
    }
}
