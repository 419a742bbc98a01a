// What was found against what the book has, and the files that both are read from.

import ControlAPI
import FleetModel
import Foundation
import Testing

@testable import berth

@Suite struct InventoryTests {
    private static let platforms = {
        var platforms: [String: Platform] = [:]
        for platform in try! Catalogue.builtIn().platforms { platforms[platform.name] = platform }
        return platforms
    }()

    private func node(_ name: String, watts: Double = 0, leaving out: Int? = nil) -> [FoundGPU] {
        (1...8).filter { $0 != out }.map { (module: Int) in
            FoundGPU(
                node: name, module: module, uuid: "GPU-\(name)-\(module)", model: "NVIDIA H100 80GB HBM3", watts: watts)
        }
    }

    private func compare(_ gpus: [FoundGPU], holders: [String] = [], earlier: [FoundGPU]? = nil) -> InventoryReport {
        let book = ["n1", "n2"].map { ($0, BookedNode(platform: "hgx-h100", holders: holders, isClosed: false)) }
        return InventoryReport(
            Inventory(gpus: gpus), against: Dictionary(uniqueKeysWithValues: book), platforms: Self.platforms,
            earlier: earlier.map { Inventory(gpus: $0) })
    }

    @Test("A fleet that is as the book has it has no difference, and says what was not reported and not known")
    func same() {
        let report = compare(node("n1", watts: 60))
        #expect(report.differences.isEmpty && report.nodes == 1 && report.gpus == 8)
        #expect(report.nodesNotReported == 1 && report.uuidsNotKnown == 8)
    }

    @Test("Each kind of difference is found and named once")
    func kinds() {
        #expect(compare(node("n1", leaving: 3)).differences.map(\.kind) == [.missingGPU])
        #expect(compare(node("n1", leaving: 3)).differences[0].module == 3)
        #expect(compare(node("n9")).differences.map(\.kind) == [.unknownNode])
        var odd = node("n1")
        odd[0].model = "NVIDIA B200"
        #expect(compare(odd).differences.map(\.kind) == [.otherModel])
        odd = node("n1")
        odd[1].uuid = odd[0].uuid
        #expect(compare(odd).differences.map(\.kind) == [.uuidTwice])
        odd = node("n1") + [FoundGPU(node: "n1", module: 9, uuid: "GPU-x")]
        #expect(compare(odd).differences.map(\.kind) == [.unknownModule])
        // A card that was changed between two nodes.
        let swapped = node("n1").map { gpu in
            var gpu = gpu
            if gpu.module == 2 { gpu.uuid = "GPU-n2-5" }
            return gpu
        }
        let moved = compare(swapped, earlier: node("n1") + node("n2"))
        #expect(moved.differences.map(\.kind) == [.uuidMoved] && moved.differences[0].detail == "it was on n2 module 5")
    }

    @Test("A node in no lease draws no more than idle ones, and a leased one draws something")
    func draws() {
        let idle = Double(Self.platforms["hgx-h100"]!.power.gpuIdleWatts)
        #expect(compare(node("n1", watts: idle * 1.2)).differences.isEmpty)
        #expect(compare(node("n1", watts: idle * 1.3)).differences.map(\.kind) == [.drawsThoughFree])
        #expect(compare(node("n1", watts: 650), holders: ["l-1"]).differences.isEmpty)
        let dark = compare(node("n1", watts: 0), holders: ["l-1"]).differences
        #expect(dark.map(\.kind) == [.idleThoughLeased] && dark[0].lease == "l-1")
    }

    @Test("Files of nvidia-smi are read, one for each node or one for all, and refused with the line")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ text: String, _ name: String) throws -> String {
            let path = folder.appendingPathComponent(name).path
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }
        let one =
            "uuid, name, power.draw [W]\r\nGPU-1, NVIDIA H100 80GB HBM3, 71.20 W\r\nGPU-2, \"NVIDIA, H100\", [N/A]\r\n"
        _ = try write(one, "n1.csv")
        let read = try Inventory(path: folder.path)
        #expect(read.gpus.map(\.node) == ["n1", "n1"] && read.gpus.map(\.uuid) == ["GPU-1", "GPU-2"])
        #expect(read.gpus[0].watts == 71.2 && read.gpus[1].watts == nil && read.gpus[1].model == "NVIDIA, H100")
        let all = try Inventory(path: try write("node,module,uuid\nn2,4,GPU-3\n", "all.txt"))
        #expect(all.gpus == [FoundGPU(node: "n2", module: 4, uuid: "GPU-3")])
        let json = try Inventory(path: try write(#"[{"node":"n3","module":1,"uuid":"GPU-4","watts":70}]"#, "a.json"))
        #expect(json.gpus == [FoundGPU(node: "n3", module: 1, uuid: "GPU-4", watts: 70)])
        for (text, what) in [
            ("uuid\nGPU-1\n", ":1: there is no column node"), ("node,uuid\nn1\n", ":2: 1 fields"),
            ("node,module,uuid\nn1,x,GPU-1\n", ":2: \"x\" is not a number"),
            ("node,uuid\nn1,\"GPU\n", ":2: a quotation mark is not closed"),
        ] {
            let path = try write(text, "bad.txt")
            #expect { try Inventory(path: path) } throws: { ($0 as? CommandFailure)?.message.contains(what) == true }
        }
    }

    @Test("An import's file comes to lines of what is held, from YAML and from rows of CSV")
    func importFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let yaml = folder.appendingPathComponent("running.yaml").path
        try """
        leases:
          train:
            tenant: ada
            end: 2028-01-01T00:00:00Z
            hosts: ["n[1-4]"]
            gpus: ["n5:1,2", "n5:3,4", "n6:1"]
            mig: ["n7:3:1g.10gb@0,1"]
        """.write(toFile: yaml, atomically: true, encoding: .utf8)
        let file = try ImportFile(path: yaml, stem: "running")
        let request = file.leases[0].request
        #expect(file.place(of: file.leases[0]) == "\(yaml):2" && request.label == "running.train")
        #expect(request.reservations.map(\.name) == ["hosts", "gpus-2", "gpus-1", "mig-1g.10gb"])
        #expect(
            request.reservations.map(\.hold) == [["n[1-4]"], ["n5:1,2", "n5:3,4"], ["n6:1"], ["n7:3:1g.10gb@0,1"]])
        let csv = folder.appendingPathComponent("running.csv").path
        try """
        lease,tenant,end,cap,hosts,gpus
        # what runs in hall 1
        train,ada,2028-01-01,60%,"n[1-2] n4",
        train,ada,2028-01-01,60%,,n5:1
        serve,bob,2028-01-01,700W,n9,
        """.write(toFile: csv, atomically: true, encoding: .utf8)
        let rows = try ImportFile(path: csv, stem: "running")
        #expect(rows.leases.map(\.name) == ["train", "serve"] && rows.leases.map(\.line) == [3, 5])
        #expect(rows.leases[0].request.reservations.map(\.hold) == [["n[1-2]", "n4"], ["n5:1"]])
        #expect(rows.leases[0].request.capPercent == 60 && rows.leases[1].request.capWattsPerGpu == 700)
    }
}
