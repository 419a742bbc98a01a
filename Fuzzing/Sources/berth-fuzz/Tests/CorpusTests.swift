// What each target makes of its corpus, of its seeds and of what is near them: in every test run, without libFuzzer.

import Foundation
import Testing

@Suite struct CorpusTests {
    /// How many times as many inputs near the corpus as in every run; `BERTH_FUZZ_EFFORT` says it.
    private static let effort = ProcessInfo.processInfo.environment["BERTH_FUZZ_EFFORT"].flatMap { Int($0) } ?? 1

    @Test(
        "A target takes or refuses its corpus, its seeds and what is near them", .timeLimit(.minutes(60)),
        arguments: FuzzTarget.all.map(\.name))
    func corpus(_ name: String) async {
        let (note, effort) = (Replay.note(of: name), Self.effort)
        await #expect(processExitsWith: .success) {
            [name, note = note as String, effort = effort as Int] in
            try Replay(FuzzTarget.named(name)!, note: note).run(effort: effort)
        }
        expectNothing(at: note, of: name)
    }

    @Test("An input that traps ends the process and is kept")
    func trap() async throws {
        let note = Replay.note(of: "trap")
        await #expect(processExitsWith: .failure) { [note = note as String] in
            let target = FuzzTarget("trap", "a trap", seeds: { [("harmless", [1, 2, 3])] }) { bytes in
                require(!bytes.contains(0xEE), "no byte is 0xEE")
                return true
            }
            try Replay(target, note: note).run(effort: 100)
        }
        let input = try #require(FileManager.default.contents(atPath: note))
        #expect(input.contains(0xEE))
        try FileManager.default.removeItem(atPath: note)
    }

    /// The input that was being read when a process ended is said, so that it can be tried again.
    private func expectNothing(at note: String, of name: String) {
        guard let input = FileManager.default.contents(atPath: note) else { return }
        Issue.record(
            "\(name) ended with this input, in base64: \(input.base64EncodedString()); write it to FILE and say: make fuzz TARGET=\(name), or swift test after putting it into Fuzzing/Corpora/\(name)"
        )
        try? FileManager.default.removeItem(atPath: note)
    }
}

/// Gives a target its inputs.
private struct Replay {
    private let target: FuzzTarget
    private let note: String

    /// - Parameter note: the file that holds the input being read.
    init(_ target: FuzzTarget, note: String) {
        (self.target, self.note) = (target, note)
    }

    static func note(of name: String) -> String { "\(ScratchFile.folder)/berth-corpus-\(getpid())-\(name)" }

    func run(effort: Int) throws {
        let corpus = try kept() + target.seeds().map(\.bytes)
        for input in corpus { try take(input) }
        var neighbours = Neighbours(of: corpus, words: target.words(), bytesMax: target.bytesMax, seed: 1)
        for _ in 0..<effort * target.neighbours { try take(neighbours.next()) }
        try FileManager.default.removeItem(atPath: note)
    }

    private func take(_ input: [UInt8]) throws {
        try Data(input).write(to: URL(fileURLWithPath: note))
        _ = target.take(input)
    }

    /// What is in the repository for it.
    private func kept() throws -> [[UInt8]] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../Corpora/\(target.name)").standardizedFileURL
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .map { Array(try Data(contentsOf: folder.appendingPathComponent($0))) }
    }
}

extension FuzzTarget {
    /// How many inputs near its corpus are tried in every run: those of some targets take milliseconds.
    fileprivate var neighbours: Int {
        switch name {
        case "commands", "snapshots", "entries", "plan-tokens": 200
        default: 2_000
        }
    }
}
