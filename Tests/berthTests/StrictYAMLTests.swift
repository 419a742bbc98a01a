// Files: read like bodies, refused with line and column.

import ControlAPI
import Foundation
import Testing

@testable import berth

private func decode<Value: Decodable>(
    _ type: Value.Type, _ text: String, powers: Set<String> = []
) throws -> Value {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("berth-\(UUID().uuidString).yaml")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    return try StrictYAML.decode(type, fromFile: file.path, powers: powers)
}

@Suite("A YAML file")
struct StrictYAMLTests {
    @Test("a power with its unit stands for its watts where a file may have one, and nowhere else")
    func powers() throws {
        let text = """
            meter:
              call: {reduceByWatts: 60 MW, restoreWattsPerMinute: 1.5MW, duration: 3h, reason: 60MW}
              other: {watts: 0MW, reason: off}
              third: {watts: 1000, reason: bare}
            """
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("berth-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        func read() throws -> [LoadTargetRequest] {
            try StrictYAML.decode(
                NamedEntries<NamedEntries<LoadTargetRequest>>.self, fromFile: file.path, powers: loadTargetPowers
            ).entries[0].entry.entries.map(\.entry)
        }
        try text.write(to: file, atomically: true, encoding: .utf8)
        let targets = try read()
        #expect(targets.map(\.watts) == [nil, 0, 1_000] && targets[0].reduceByWatts == 60_000_000)
        #expect(targets[0].restoreWattsPerMinute == 1_500_000 && targets[0].reason == "60MW")
        try text.replacing("60 MW", with: "60 MWh").write(to: file, atomically: true, encoding: .utf8)
        do {
            _ = try read()
            Issue.record("60 MWh was read as a power")
        } catch let failure as CommandFailure {
            #expect(failure.message.contains(":2:") && failure.message.contains("60 MWh"), "\(failure.message)")
        }
    }

    @Test("the scenario of the two deals is read in its order")
    func scenario() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appendingPathComponent("config/scenarios/two-tenants.yaml").path
        let scenario = try StrictYAML.decode(Scenario.self, fromFile: path)
        #expect(scenario.tenants?.entries.map(\.name) == ["google", "anthropic"])
        #expect(scenario.contracts?.entries.last?.entry.curtailment?.noticePeriod == WireDuration(seconds: 1_800))
        let leases = scenario.leases?.entries.map(\.entry) ?? []
        #expect(leases.count == 2)
        #expect(leases.first?.reservations.map(\.count) == [1_527, 14])
        #expect(leases.last?.reservations.first?.megawatts?.watts == 300_000_000)
        #expect(leases.last?.highestCap == true)
    }

    @Test("quoted scalars are texts, and plain ones are what JSON says they are")
    func scalars() throws {
        #expect(
            try decode([String].self, "['1', \"true\", yes, 0o17, 12:30, 2029-06-01, ~a, '']")
                == ["1", "true", "yes", "0o17", "12:30", "2029-06-01", "~a", ""])
        #expect(try decode([Double].self, "[1, -2.5, 1e3]") == [1, -2.5, 1_000])
        #expect(try decode([Bool].self, "[true, false]") == [true, false])
    }

    static let faults: [(String, String)] = [
        (
            "tenant: a\nreservations:\n  - shape: block\n    cuont: 4\nduration: 1d\n",
            ":4:5: /reservations/0/cuont: found the unknown field \"cuont\""
        ),
        ("tenant: a\nreservations:\n  - shape: blok\nduration: 1d\n", ":3:12: /reservations/0/shape: found \"blok\""),
        ("tenant: a\nreservations: [{shape: block}]\nduration: 1x\n", ":3:11: /duration: found \"1x\""),
        ("tenant: a\nduration: 1d\n", ":1:1: /reservations: found nothing"),
        ("tenant: a\ntenant: b\n", "stands twice"),
        ("tenant: [a\n", ":2:1: "),
        ("", "is empty"),
    ]

    @Test("a fault is told with its line and column", arguments: faults)
    func tellsPlace(_ text: String, _ expected: String) {
        let failure = #expect(throws: CommandFailure.self) { try decode(LeaseRequest.self, text) }
        #expect(failure?.message.contains(expected) == true, "\(failure?.message ?? "")")
    }

    @Test("aliases cannot make a small file large")
    func boundsAliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(throws: CommandFailure.self) { try decode(Scenario.self, text) }
        #expect(throws: CommandFailure.self) { try decode(PlanRequest.self, text, powers: loadTargetPowers) }
    }
}
