// The default fleet's shape at other sizes: the same kinds of halls, more or fewer of them.

/// The text of a fleet file in the proportions of `config/fleets/colossus.yaml`.
///
/// Halls are as large as there, except the last of each kind. What stands above the halls is scaled with the fleet.
struct ScaledFleet {
    /// One hall: its blocks of 512 GPUs and its NVL72 racks.
    private struct Hall {
        let name: String
        var platform = "hgx-h100"
        var blocks = 0
        var racks = 0

        var gpus: Int { blocks * 512 + racks * 72 }
    }

    private let scale: Double
    private let mixed: [Hall]
    private let racked: [Hall]

    init(gpus: Int) {
        let scale = Double(gpus) / 336_128
        func scaled(_ count: Double) -> Int { max(1, Int((count * scale).rounded())) }
        self.scale = scale
        var mixed: [Hall] = []
        for part in Self.parts(of: scaled(293), each: 49) {
            mixed.append(Hall(name: "h\(mixed.count + 1)", blocks: part))
        }
        let racks = Self.parts(of: scaled(288), each: 144)
        let blocks = Self.parts(of: scaled(98), each: 49)
        for index in 0..<max(racks.count, blocks.count) {
            mixed.append(
                Hall(
                    name: "h\(mixed.count + 1)", platform: "hgx-h200",
                    blocks: index < blocks.count ? blocks[index] : 0, racks: index < racks.count ? racks[index] : 0))
        }
        self.mixed = mixed
        racked = Self.parts(of: scaled(1_600), each: 200).enumerated().map { Hall(name: "h\($0 + 1)", racks: $1) }
    }

    private static func parts(of count: Int, each: Int) -> [Int] {
        stride(from: 0, to: count, by: each).map { min(each, count - $0) }
    }

    var text: String {
        var lines = ["version: 1", "name: scaled", "sites:"]
        lines += site("memphis-1", halls: mixed, hallMegawatts: 60, loopMegawatts: 50, plantMegawatts: 290)
        lines += site("memphis-2", halls: racked, hallMegawatts: 34, loopMegawatts: 27, plantMegawatts: 210)
        return lines.joined(separator: "\n") + "\n"
    }

    private func site(
        _ name: String, halls: [Hall], hallMegawatts: Int, loopMegawatts: Int, plantMegawatts: Double
    ) -> [String] {
        var lines = [
            "  - name: \(name)", "    pue: 1.20", "    networkPercent: 5", "    energyPricePerMWh: 55",
            "    carbonGramsPerKWh: 380", "    reliabilityPercent: 99.9",
            "    turnRound: {cleaning: 10m, validating: 20m, endsBy: timer}", "    halls:",
        ]
        lines += halls.flatMap(hallLines)
        lines += [
            "    power:", "      - name: \(name)-meter", "        rating: \(kilowatts(300)) kW",
            "        measuredAt: meter", "        children:",
        ]
        // Halls alternate between two substations; each carries seven tenths of its meter's share, twice over.
        for (index, letter) in ["a", "b"].enumerated() {
            let fed = halls.indices.filter { $0 % 2 == index }.map { halls[$0] }
            guard !fed.isEmpty else { continue }
            lines += substation("\(name)-substation-\(letter)", fed, of: halls, hallMegawatts)
        }
        lines += [
            "    cooling:", "      - name: \(name)-plant", "        rating: \(kilowatts(plantMegawatts)) kW",
            "        measuredAt: it", "        each:", "          - level: hall", "            suffix: loop",
            "            rating: \(loopMegawatts) MW", "            measuredAt: it",
        ]
        if halls.contains(where: { $0.blocks > 0 }) {
            lines += [
                "            each:",
                "              - {level: rack, platform: [hgx-h100, hgx-h200], suffix: cdu, rating: 80 kW}",
            ]
        }
        return lines
    }

    private func hallLines(_ hall: Hall) -> [String] {
        var lines = ["      - name: \(hall.name)"]
        if hall.blocks > 0 {
            let name = "b[001-\(padded(hall.blocks))]"
            lines += [
                "        blocks:",
                "          - {name: \"\(name)\", platform: \(hall.platform), racks: 8, nodesPerRack: 8}",
            ]
        }
        if hall.racks > 0 {
            lines += ["        racks:", "          - {name: \"r[001-\(padded(hall.racks))]\", platform: gb200-nvl72}"]
        }
        return lines
    }

    private func substation(_ name: String, _ fed: [Hall], of halls: [Hall], _ hallMegawatts: Int) -> [String] {
        let share = Double(fed.reduce(0) { $0 + $1.gpus }) / Double(halls.reduce(0) { $0 + $1.gpus })
        var lines = [
            "          - name: \(name)", "            rating: \(kilowatts(420 * share)) kW",
            "            measuredAt: meter", "            derate: 80",
            "            feeds: [\(fed.map(\.name).joined(separator: ", "))]", "            each:",
            "              - level: hall", "                suffix: msb", "                rating: \(hallMegawatts) MW",
            "                measuredAt: it", "                derate: 80", "                each:",
        ]
        if fed.contains(where: { $0.blocks > 0 }) {
            lines += [
                "                  - level: block", "                    suffix: pdu",
                "                    rating: 750 kW", "                    derate: 80", "                    each:",
                "                      - {level: rack, suffix: feed, rating: 100 kW, derate: 80}",
            ]
        }
        if fed.contains(where: { $0.racks > 0 }) {
            lines.append(
                "                  - {level: rack, platform: gb200-nvl72, suffix: shelves, rating: 132 kW}")
        }
        return lines
    }

    private func kilowatts(_ megawatts: Double) -> Int { Int((megawatts * scale * 1_000).rounded(.up)) }

    private func padded(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 3 - String(number).count)) + String(number)
    }
}
