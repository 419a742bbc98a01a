// The built-in catalogue: what no platform may contradict.

import FleetModel
import Testing

@testable import struct FleetModel.CatalogueReader

@Suite struct CatalogueTests {
    let catalogue: Catalogue
    init() throws { catalogue = try Catalogue.builtIn() }

    @Test func `The catalogue lists its five platforms`() {
        #expect(catalogue.names == ["hgx-h100", "hgx-h200", "hgx-b200", "gb200-nvl72", "gb300-nvl72"])
        #expect(catalogue.platform(named: "gb200-nvl72")?.traysPerNVLinkDomain == 18)
        #expect(catalogue.platform(named: "hgx-h100")?.isRackScale == false)
        #expect(catalogue.platform(named: "hgx-h1000") == nil)
    }

    @Test func `Watts are ordered from idle to the highest cap`() {
        for platform in catalogue.platforms {
            let power = platform.power
            #expect(0 < power.gpuIdleWatts)
            #expect(power.gpuIdleWatts <= power.capWattsMin)
            #expect(power.capWattsMin < power.capWattsMax)
            #expect(power.nodeIdleWatts >= Watts(platform.gpusPerNode) * power.gpuIdleWatts)
            #expect(power.nodeIdleWatts <= power.nodeOverheadWatts + Watts(platform.gpusPerNode) * power.gpuIdleWatts)
            #expect(
                platform.nodeWatts(leasedGPUs: 0, capWatts: 0)
                    <= platform.nodeWatts(leasedGPUs: 1, capWatts: power.capWattsMin))
        }
    }

    @Test func `The planning basis of the platforms is what the design states`() throws {
        let expected: [(String, Watts, Watts, Watts)] = [
            ("hgx-h100", 4_600, 700, 0), ("hgx-h200", 4_600, 700, 0), ("hgx-b200", 6_300, 1_000, 0),
            ("gb200-nvl72", 1_867, 1_200, 12_000), ("gb300-nvl72", 1_622, 1_400, 12_000),
        ]
        for (name, overhead, cap, rack) in expected {
            let power = try #require(catalogue.platform(named: name)).power
            #expect(power.nodeOverheadWatts == overhead)
            #expect(power.capWattsMin == 200)
            #expect(power.capWattsMax == cap)
            #expect(power.rackOverheadWatts == rack)
        }
    }

    @Test func `Partitions stay within the node, are closed in halves and cover every single GPU`() {
        for platform in catalogue.platforms {
            let partitions = platform.partitions
            #expect(Set(partitions.map(\.id)).count == partitions.count)
            #expect(Set(partitions.map(\.moduleMask)).count == partitions.count)
            #expect(partitions.allSatisfy { $0.moduleMask & ~platform.moduleMask == 0 && $0.moduleMask != 0 })
            #expect(partitions.first?.moduleMask == platform.moduleMask)
            #expect(partitions.count { $0.gpuCount == 1 } == platform.gpusPerNode)
            // Two partitions are nested or apart, so that an exact partition never splits another one.
            for left in partitions {
                for right in partitions where left.moduleMask & right.moduleMask != 0 {
                    let common = left.moduleMask & right.moduleMask
                    #expect(common == left.moduleMask || common == right.moduleMask)
                }
            }
            #expect(partitions.count == (platform.gpusPerNode == 8 ? 15 : 7))
            #expect(zip(partitions, partitions.dropFirst()).allSatisfy { ($1.gpuCount, $0.id) < ($0.gpuCount, $1.id) })
        }
    }

    @Test func `The Fabric Manager's four pairs of a Hopper board are those of the guide`() throws {
        let partitions = try #require(catalogue.platform(named: "hgx-h100")).partitions
        let pairs = partitions.filter { $0.gpuCount == 2 }.map(\.moduleMask)
        #expect(pairs == [0b0000_0101, 0b0000_1010, 0b0101_0000, 0b1010_0000])
    }

    @Test func `Each module has one NUMA node and one network device`() throws {
        for platform in catalogue.platforms {
            #expect(platform.numa.reduce(0) { $0 ^ $1.moduleMask } == platform.moduleMask)
            #expect(platform.nics.count == platform.gpusPerNode)
            #expect(Set(platform.nics).count == platform.gpusPerNode)
        }
        // The guide's node: PCI order is modules 5, 7, 6, 8, then 1, 3, 2, 4.
        let h100 = try #require(catalogue.platform(named: "hgx-h100"))
        #expect(
            h100.nics == ["mlx5_6", "mlx5_10", "mlx5_9", "mlx5_11", "mlx5_0", "mlx5_4", "mlx5_3", "mlx5_5"])
        #expect(h100.numa.map(\.moduleMask) == [0b1111_0000, 0b0000_1111])
    }

    @Test func `MIG profiles start where they end within eight memory slices`() {
        for platform in catalogue.platforms {
            #expect(platform.migProfiles.map(\.profileID).sorted() == [0, 5, 9, 14, 15, 19, 20])
            for profile in platform.migProfiles {
                #expect(!profile.starts.isEmpty)
                #expect(profile.starts.allSatisfy { $0 >= 0 && $0 + profile.memorySlices <= 8 })
                #expect(profile.computeSlices <= 7)
                #expect(profile.instancesMax <= profile.starts.count)
                #expect(profile.name.hasPrefix("\(profile.computeSlices)g."))
            }
        }
    }

    @Test func `A number without a known source is refused where it stands`() {
        let text = """
            version: 1
            sources: {seen: somewhere}
            partitionTables:
              one: {source: sene, partitions: [{id: 0, modules: [1]}]}
            migGeometry: {source: seen, profiles: []}
            platforms: []
            """
        let error = #expect(throws: FleetFileError.self) { try CatalogueReader.read(text: text, file: "c.yaml") }
        #expect(
            error?.description
                == "c.yaml:4:17: unknown source \"sene\"; expected a key of sources; did you mean \"seen\"?")
    }
}
