// Small fleets and plain orders that the tests share.

import FleetModel
import Leasing
import Packing

/// When the tests' time begins.
let noon: Int64 = 1_800_000_000
let hour: Int64 = 3_600
let day: Int64 = 86_400

enum Fleets {
    /// Read once for all tests.
    static let catalogue = try! Catalogue.builtIn()

    /// A fleet file of one site `east` with turn-round of 10 and 20 minutes, unless `turnRound` says otherwise.
    static func text(
        halls: String = "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 4}]}]",
        power: String = "[{name: feed, rating: 1 MW}]",
        turnRound: String = "{cleaning: 10m, validating: 20m, endsBy: timer}", more: String = ""
    ) -> String {
        """
        version: 1
        name: test
        sites:
          - name: east
            pue: 1.2
            networkPercent: 5
            energyPricePerMWh: 50
            carbonGramsPerKWh: 400
            reliabilityPercent: 99.9
            turnRound: \(turnRound)
            halls: \(halls)
            power: \(power)
        \(more)
        """
    }

    /// A second site of a fleet file.
    static func site(_ name: String, halls: String, power: String, turnRound: String) -> String {
        """
          - name: \(name)
            pue: 1.3
            networkPercent: 4
            energyPricePerMWh: 60
            carbonGramsPerKWh: 100
            reliabilityPercent: 99.5
            turnRound: \(turnRound)
            halls: \(halls)
            power: \(power)
        """
    }

    static let byReport = "{cleaning: 10m, validating: 20m, endsBy: report}"
    /// One rack of eighteen trays with four GPUs each.
    static let nvl72 = "[{name: h1, racks: [{name: r1, platform: gb200-nvl72}]}]"

    static func parse(_ text: String) -> Fleet {
        do {
            return try FleetFile.parse(text: text, file: "test.yaml", catalogue: catalogue)
        } catch {
            preconditionFailure("the tests' fleet files are right: \(error)")
        }
    }

    /// Two racks of four HGX H100 nodes: 64 GPUs.
    static let plain = parse(text())
    /// The same where a provisioner reports what is clean.
    static let reported = parse(text(turnRound: byReport))
}

/// A line of MIG instances, by the number that NVML has for the profile.
func instances(
    _ count: Int, _ profile: String = "1g.10gb", id: Int = 19, named name: String = "line", spread: LineSpread? = nil
) -> LeaseLine {
    LeaseLine(
        name: name, shape: .mig(profileID: id), count: count, models: [], within: nil, profile: profile, spread: spread)
}

/// An order of lines for `ada` at the highest cap of an H100.
func order(
    of line: LeaseLine, _ others: LeaseLine..., tenant: String = "ada", until end: Int64, cap: PowerCap = .watts(700)
) -> LeaseOrder {
    var result = order(tenant: tenant, until: end, cap: cap)
    result.lines = [line] + others
    return result
}

/// An order of one line for `ada`, at the highest cap of an H100 unless told otherwise.
func order(
    _ shape: PlacementShape = .node, _ count: Int = 1, tenant: String = "ada", from start: Int64? = nil,
    until end: Int64, cap: PowerCap = .watts(700), models: [String] = [], within: WithinLevel? = nil,
    spares: Int = 0, contract: String? = nil, sites: [String] = [], label: String? = nil
) -> LeaseOrder {
    let line = LeaseLine(name: "line", shape: shape, count: count, models: models, within: within)
    return LeaseOrder(
        tenant: tenant, contract: contract, label: label, leaseClass: .guaranteed, lines: [line], sites: sites,
        start: start, end: end, cap: cap, sparesPerDomain: spares)
}

extension Lease {
    /// Whole nodes in use, ascending.
    var nodesInUse: [Int] { lines.flatMap(\.holdings.wholeNodes).flatMap { Array($0) }.sorted() }
    var partitions: [PartialNode] { lines.flatMap(\.holdings.partialNodes) }
    var slices: [GPUSlice] { lines.flatMap(\.holdings.slices) }
    var spares: [Int] { lines.flatMap(\.holdings.spareNodes) }
    func has(_ kind: ConditionKind) -> Bool { conditions.contains { $0.kind == kind } }
}
