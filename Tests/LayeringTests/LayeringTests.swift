// Imports go one way. The compiler does not notice an import that a dependency makes possible; this test does.

import Foundation
import Testing

@Suite("Layering")
struct LayeringTests {
    /// For each module: the modules of this package that it may import.
    private static let allowed: [String: Set<String>] = [
        "CSystemd": [], "CNuma": [], "CVectorScan": [], "CZlib": [], "DaemonLog": [],
        "FleetModel": [], "Recurrence": ["FleetModel"],
        "Packing": ["FleetModel", "CVectorScan"],
        "Telemetry": ["FleetModel"],
        "Leasing": ["FleetModel", "Packing"],
        "MerkleLog": [],
        "Journaling": ["MerkleLog"],
        "Scheduling": ["DaemonLog", "FleetModel", "Packing", "Leasing", "Journaling", "MerkleLog"],
        "ControlAPI": [],
        "ControlClient": ["ControlAPI"],
        "ControlServer": [
            "FleetModel", "Recurrence", "Packing", "Leasing", "Scheduling", "Telemetry", "ControlAPI", "MerkleLog",
            "CZlib", "DaemonLog",
        ],
        "Supervision": ["CSystemd", "CNuma", "DaemonLog"],
        "Simulation": ["FleetModel", "Packing", "Leasing", "Journaling", "MerkleLog", "Scheduling"],
        "berthd": [
            "ControlAPI", "ControlServer", "DaemonLog", "FleetModel", "Journaling", "Leasing", "MerkleLog",
            "Scheduling", "Simulation", "Supervision", "Telemetry",
        ],
        "berth": ["ControlAPI", "ControlClient", "FleetModel", "MerkleLog", "Packing", "Simulation"],
        "berth-telemetry": ["ControlAPI", "ControlClient"],
        "berth-proof": ["ControlAPI", "FleetModel", "Packing", "Simulation"],
    ]

    /// Modules from elsewhere that only these may import.
    private static let keptTo: [String: Set<String>] = [
        "GRDB": ["Journaling"], "GRDBSQLite": ["Journaling"],
        "Hummingbird": ["ControlServer", "berth-telemetry"],
        "AsyncHTTPClient": ["ControlClient", "berth-telemetry"],
        "ArgumentParser": ["berth", "berth-proof", "berthd", "berth-telemetry"],
        "Configuration": ["berthd"],
    ]

    /// Below the scheduler there is no clock, file or socket, so nothing that has them is imported.
    private static let pure: Set<String> = ["FleetModel", "Packing", "Leasing", "MerkleLog", "Telemetry"]
    private static let impure: Set<String> = [
        "Foundation", "Glibc", "Dispatch", "NIOCore", "NIOPosix", "Logging", "GRDB",
    ]

    private struct Import {
        let file: String
        let module: String
        let imported: String
    }

    private static func imports() throws -> [Import] {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        var imports: [Import] = []
        for module in try FileManager.default.contentsOfDirectory(atPath: sources.path) {
            let folder = sources.appendingPathComponent(module)
            guard let files = FileManager.default.enumerator(atPath: folder.path) else { continue }
            for case let file as String in files where file.hasSuffix(".swift") {
                let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
                for line in text.split(separator: "\n") {
                    guard let imported = importedModule(String(line)) else { continue }
                    imports.append(Import(file: "\(module)/\(file)", module: module, imported: imported))
                }
            }
        }
        return imports
    }

    /// The module that a line of source imports, whatever stands before and after its name.
    private static func importedModule(_ line: String) -> String? {
        var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        while let first = words.first,
            first.hasPrefix("@") || ["public", "internal", "private", "package", "fileprivate"].contains(first)
        {
            words.removeFirst()
        }
        guard words.first == "import", words.count > 1 else { return nil }
        let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
        return name.split(separator: ".").first.map(String.init)
    }

    @Test("every module imports only what lies below it")
    func direction() throws {
        let imports = try Self.imports()
        #expect(imports.count > 100, "the test has found the sources")
        for item in imports {
            guard let allowed = Self.allowed[item.module] else {
                Issue.record("\(item.module) is not in the table of modules")
                continue
            }
            if Self.allowed[item.imported] != nil, !allowed.contains(item.imported) {
                Issue.record("\(item.file) imports \(item.imported), which does not lie below \(item.module)")
            }
        }
    }

    @Test("libraries stay in the module that wraps them")
    func libraries() throws {
        for item in try Self.imports() {
            if let keepers = Self.keptTo[item.imported], !keepers.contains(item.module) {
                Issue.record("\(item.file) imports \(item.imported), which is for \(keepers.sorted()) only")
            }
        }
    }

    @Test("nothing below the scheduler can reach a clock, a file or a socket")
    func purity() throws {
        for item in try Self.imports() where Self.pure.contains(item.module) {
            // The fleet reader reads one file, at the daemon's start; that is its whole business.
            if item.file.hasPrefix("FleetModel/FleetFile/") || item.file.hasPrefix("FleetModel/YAML/") { continue }
            if Self.impure.contains(item.imported) { Issue.record("\(item.file) imports \(item.imported)") }
        }
    }

    @Test("the line reader finds imports in every form")
    func forms() {
        #expect(Self.importedModule("import FleetModel") == "FleetModel")
        #expect(Self.importedModule("public import struct Packing.Booking") == "Packing")
        #expect(Self.importedModule("@testable import Leasing // why") == "Leasing")
        #expect(Self.importedModule("@preconcurrency internal import class Foundation.Thread") == "Foundation")
        #expect(Self.importedModule("// import FleetModel") == nil)
        #expect(Self.importedModule("let importance = 1") == nil)
    }
}
