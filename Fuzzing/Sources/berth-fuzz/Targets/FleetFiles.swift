// Fleet files.

import FleetModel
import Foundation

extension FuzzTarget {
    static let fleetFiles = FuzzTarget(
        "fleet-files", "fleet files in YAML", bytesMax: 8_192,
        words: {
            let words = SampleFleets.all.flatMap {
                $0.text.split { !$0.isLetter && !$0.isNumber && !"-.".contains($0) }
            }
            return Set(words.map(String.init)).filter { $0.utf8.count <= 30 }.sorted()
        },
        seeds: { SampleFleets.all.map { ($0.name, Array($0.text.utf8)) } }
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let fleet: Fleet
        do {
            fleet = try FleetFile.parse(text: text, file: "fleet.yaml", catalogue: SampleFleets.catalogue)
        } catch {
            say(error)
            return true
        }
        guard let again = try? FleetFile.parse(text: fleet.source, file: "again", catalogue: SampleFleets.catalogue)
        else { fatalError("the source of a fleet reads back") }
        require(again.nodeCount == fleet.nodeCount, "the source of a fleet reads back as the same")
        _ = FleetReport.text(of: fleet, at: Sample.opened)
        return true
    }
}

/// Files that the fuzzer begins with: those that are shipped, and one with a little of everything.
enum SampleFleets {
    static let catalogue: Catalogue = {
        do { return try Catalogue.builtIn() } catch { fatalError("the catalogue is readable: \(error)") }
    }()

    static let all: [(name: String, text: String)] = ["colossus", "small"].map { ($0, shipped($0)) } + [("tiny", tiny)]

    /// One rack of each kind.
    static let tiny = """
        version: 1
        name: tiny
        sites:
          - name: east
            pue: 1.2
            networkPercent: 5
            energyPricePerMWh: 50
            carbonGramsPerKWh: 400
            reliabilityPercent: 99.9
            turnRound: {cleaning: 10m, validating: 20m, endsBy: timer}
            halls:
              - name: h1
                blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 4}]
                racks: [{name: r9, platform: gb200-nvl72}]
            power:
              - name: feed
                rating: 1 MW
                sources:
                  - {name: grid, kind: grid, power: 1 MW, curtailmentNotice: 15m}
                  - {name: battery, kind: battery, power: 100 kW, energy: 1 MWh}

        """

    private static func shipped(_ name: String) -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("config/fleets/\(name).yaml")
        do { return try String(contentsOf: file, encoding: .utf8) } catch {
            fatalError("\(file.path) is readable: \(error)")
        }
    }
}
