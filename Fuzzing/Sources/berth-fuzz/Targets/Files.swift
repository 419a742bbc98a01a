// Files that the command line reads: scenarios, requests, takeovers and inventories.

import Foundation

@testable import ControlAPI
@testable import ControlServer

#if canImport(CommandFiles)
    @testable import CommandFiles
#else
    @testable import berth
#endif

extension FuzzTarget {
    static let files = FuzzTarget(
        "files", "scenarios and other files of the command line", bytesMax: 8_192,
        words: {
            let words = SampleFiles.all.flatMap { $0.text.split { !$0.isLetter && !$0.isNumber && $0 != "-" } }
            return Set(words.map(String.init)).filter { $0.utf8.count <= 30 }.sorted() + ["&a ", "*a", "<<: "]
        },
        seeds: {
            SampleFiles.all.map { ("\($0.kind)-\($0.name)", Addressed.bytes($0.kind, $0.text)) }
        }
    ) { bytes in
        guard let input = Addressed(bytes), let reader = readers[input.words[0]] else { return false }
        ScratchFile.with(input.rest, reader.suffix) { path in
            do {
                try reader.read(path)
            } catch let failure as CommandFailure {
                require(!failure.message.isEmpty, "a failure says something")
            } catch {
                say(error)
            }
        }
        return true
    }

    private typealias Reader = (suffix: String, read: @Sendable (String) throws -> Void)

    private static let readers: [String: Reader] = [
        "scenario": ("yaml", { _ = try StrictYAML.decode(Scenario.self, fromFile: $0) }),
        "lease": ("yaml", { _ = try StrictYAML.decode(LeaseRequest.self, fromFile: $0) }),
        "batch": ("yaml", { _ = try StrictYAML.decode(LeaseBatchRequest.self, fromFile: $0) }),
        "offer": ("yaml", { _ = try StrictYAML.decode(OfferRequest.self, fromFile: $0) }),
        "contract": ("yaml", { _ = try StrictYAML.decode(ContractSpecification.self, fromFile: $0) }),
        "plan": ("yaml", { _ = try StrictYAML.decode(PlanRequest.self, fromFile: $0, powers: loadTargetPowers) }),
        "targets": (
            "yaml",
            {
                _ = try StrictYAML.decode(
                    NamedEntries<NamedEntries<LoadTargetRequest>>.self, fromFile: $0, powers: loadTargetPowers)
            }
        ),
        "import": ("yaml", { try readImport($0) }),
        "import-table": ("csv", { try readImport($0) }),
        "inventory": ("json", { _ = try Inventory(path: $0) }),
        "inventory-table": ("csv", { _ = try Inventory(path: $0) }),
    ]

    private static func readImport(_ path: String) throws {
        let file = try ImportFile(path: path, stem: "taken")
        for item in file.leases { require(!file.place(of: item).isEmpty) }
        let request = ImportRequest(
            tenants: file.tenants, contracts: file.contracts, leases: file.leases.map(\.request), reason: "drill")
        _ = CanonicalJSON.encode(request)
    }
}

enum SampleFiles {
    static let all: [(kind: String, name: String, text: String)] =
        [
            ("scenario", "two-tenants", shipped("config/scenarios/two-tenants.yaml")),
            ("import", "everything", imported), ("import-table", "everything", importedTable),
            ("inventory", "one", inventory), ("inventory-table", "nvidia-smi", inventoryTable),
            ("targets", "one", "feed:\n  grid: {watts: 60 kW, start: 2027-01-16T00:00:00Z, duration: 3h, reason: x}\n"),
            ("scenario", "aliases", "tenants:\n  a: &a {description: x}\n  b: *a\n"),
        ]
        + [
            ("lease", "requestLease"), ("batch", "requestLeases"), ("offer", "findOffers"), ("contract", "setContract"),
            ("plan", "plan"),
        ].map { ($0.0, $0.1, RequestExamples.all[$0.1] ?? "") }

    private static let imported = """
        name: taken
        tenants: {acme: {quota: {gpus: 64}}}
        contracts: {plain: {noticePeriod: 1d, reason: signed}}
        leases:
          one: {tenant: acme, contract: plain, end: 2029-06-01T00:00:00Z, hosts: ["n[1-4]"], capPercent: 60}
          two: {tenant: acme, duration: 30d, gpus: ["n5:1,2"], mig: ["n6:3:1g.10gb@0,1"], class: standard}

        """

    private static let importedTable = """
        lease,tenant,contract,end,cap,class,hosts,gpus,mig
        one,acme,plain,2029-06-01,700W,guaranteed,"n1 n2",,
        two,acme,,2029-06-01,60%,,,"n5:1,2","n6:3:1g.10gb@0,1"

        """

    private static let inventory =
        #"[{"node": "n1", "module": 1, "uuid": "GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5", "watts": 71.5}]"#

    private static let inventoryTable = """
        node, gpu_uuid, module_id, name, power.draw [W]
        n1, GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5, 1, "NVIDIA H100, 80GB", 71.51 W
        n2, [N/A], 2, , [Not Supported]

        """

    private static func shipped(_ path: String) -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        do { return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) } catch {
            fatalError("\(path) is readable: \(error)")
        }
    }
}
