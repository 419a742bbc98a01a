// The trace reader takes every line or names the one it cannot.

import Testing

@testable import Simulation

@Suite("Philly trace")
struct PhillyTraceTests {
    private func read(_ lines: String...) throws -> [PhillyJob] {
        try PhillyTrace.read(([PhillyTrace.header] + lines).joined(separator: "\n") + "\n\n", file: "jobs.csv")
    }

    @Test("jobs come in order of arrival, those of one second as they stand")
    func order() throws {
        let jobs = try read(
            "2017-10-09 07:01:55,66.0,1,66.0,11cb48", "2017-10-09 07:01:54,2951.9,16,2951.0,6214e9",
            "2017-10-09 07:01:55,0.0,2,0.0,a")
        #expect(jobs.map(\.gpus) == [16, 1, 2])
        #expect(jobs.map(\.seconds) == [2_951, 66, 1])
        #expect(jobs[1].arrivesAt == 1_507_532_515)
    }

    @Test("days are counted through leap years and the turn of a year")
    func calendar() throws {
        let jobs = try read(
            "1970-01-01 00:00:00,1,1,1,a", "2000-02-29 00:00:00,1,1,1,a", "2017-12-31 23:59:59,1,1,1,a",
            "2018-01-01 00:00:00,1,1,1,a")
        #expect(jobs.map(\.arrivesAt) == [0, 951_782_400, 1_514_764_799, 1_514_764_800])
    }

    @Test(
        "a line that is wrong is named",
        arguments: [
            "2017-10-09 07:01:55,66.0,1,66.0", "2017-10-09 07:01:55,66.0,1,66.0,a,b", "",
            "2017-10-09T07:01:55,66.0,1,66.0,a", "2017-13-09 07:01:55,66.0,1,66.0,a",
            "2017-02-29 07:01:55,66.0,1,66.0,a", "2017-10-09 24:01:55,66.0,1,66.0,a",
            "2017-10-09 07:01:55,-1,1,66.0,a", "2017-10-09 07:01:55,1e3,1,66.0,a", "2017-10-09 07:01:55,1.,1,66.0,a",
            "2017-10-09 07:01:55,99999999999999999999,1,66.0,a", "2017-10-09 07:01:55,66.0,0,66.0,a",
            "2017-10-09 07:01:55,66.0,4097,66.0,a", "2017-10-09 07:01:55,66.0,1.0,66.0,a",
        ])
    func refusals(line: String) {
        let good = "2017-10-09 07:01:55,66.0,1,66.0,11cb48"
        let error = #expect(throws: TraceError.self) { try read(good, line, good) }
        #expect(error?.line == 3)
    }

    @Test("another header, or none, is refused")
    func header() {
        for text in ["", "a,b\n", "2017-10-09 07:01:55,66.0,1,66.0,11cb48\n"] {
            #expect(throws: TraceError.self) { try PhillyTrace.read(text, file: "jobs.csv") }
        }
    }
}
