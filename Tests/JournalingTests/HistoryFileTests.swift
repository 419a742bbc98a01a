// The history of means: parts of a slot add up, old rows go, and a damaged file is set aside.

import Foundation
import Testing

@testable import Journaling

@Suite("History file")
struct HistoryFileTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("berth-history-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private var path: String { folder.appendingPathComponent("observed.sqlite").path }
    private func open() throws -> HistoryFile { try HistoryFile(path: path, columns: ["a_sum", "b_sum"]) }
    private func row(_ series: String, _ start: Int64, _ samples: Int64, _ sums: [Int64]) -> HistoryRow {
        HistoryRow(series: series, start: start, samples: samples, sums: sums)
    }

    @Test("the newest rows of series that begin alike come first, and the oldest go when there are too many")
    func newest() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try open()
        let rows = [("a/1", 1), ("a/1", 3), ("a/2", 2), ("ab/1", 3), ("b/1", 2)] as [(String, Int64)]
        try file.add(rows.map { row($0.0, $0.1, 1, [$0.1, 0]) }, droppingBefore: 0)
        func names(_ start: String?, from: Int64 = 0, limit: Int = 9) throws -> [String] {
            try file.newestRows(seriesStart: start, from: from, limit: limit).map { "\($0.series)@\($0.start)" }
        }
        #expect(try names("a/") == ["a/1@3", "a/2@2", "a/1@1"])
        #expect(try names(nil) == ["a/1@3", "ab/1@3", "a/2@2", "b/1@2", "a/1@1"])
        #expect(try names("a/", from: 2, limit: 1) == ["a/1@3"] && names("c/").isEmpty)
        try file.trim(rowCountMax: 5)
        #expect(try names(nil).count == 5)
        try file.trim(rowCountMax: 3)
        #expect(try names(nil) == ["a/1@3", "ab/1@3"])
        try file.close()
    }

    @Test("two parts of one slot add up across a restart, and rows come back in the order of time")
    func parts() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        var file = try open()
        try file.add(
            [row("x", 1_800, 1, [5, 6]), row("x", 900, 2, [10, 20]), row("y", 900, 1, [1, 1])], droppingBefore: 0)
        try file.close()
        file = try open()
        #expect(file.setAside == nil)
        try file.add([row("x", 900, 3, [30, 40])], droppingBefore: 0)
        #expect(try file.rows(of: "x", from: 0) == [row("x", 900, 5, [40, 60]), row("x", 1_800, 1, [5, 6])])
        #expect(try file.rows(of: "x", from: 901) == [row("x", 1_800, 1, [5, 6])])
        try file.add([], droppingBefore: 1_000)
        #expect(try file.rows(of: "y", from: 0).isEmpty)
    }

    @Test("what is no SQLite file, or another one, is moved aside and the history begins anew")
    func damage() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for number in 1...2 {
            try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: path))
            let file = try open()
            #expect(file.setAside == path + ".damaged-\(number)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: path + ".damaged-\(number)")).count == 8_192)
            try file.add([row("x", 900, 1, [1, 2])], droppingBefore: 0)
            #expect(try file.rows(of: "x", from: 0).count == 1)
            try file.close()
        }
        let other = try HistoryFile(path: path, columns: ["c_sum"])
        #expect(other.setAside == path + ".damaged-3")
        try other.close()
    }

    @Test("a folder that is not there is a fault in words, not a crash")
    func missing() throws {
        try FileManager.default.removeItem(at: folder)
        #expect(throws: HistoryFault.self) { try open() }
    }
}
