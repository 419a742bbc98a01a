// Forecasts over the socket and in `berth`, with and without history.

import Foundation
import Journaling
import Testing

extension SystemTests {
    @Suite("Forecast")
    struct ForecastTests {
        private static let columns = ["observed_sum", "committed_sum", "share_sum"]

        @Test("without history the calendar is forecast alone, and that is said")
        func calendar() throws {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            #expect(try home.berth("tenant", "set", "acme", "--reason", "x").wait() == .exited(0))
            let lease = try home.berth(
                "lease", "create", "--tenant", "acme", "--line", "block:2", "--duration", "36h", "--cap-watts", "500")
            #expect(lease.wait() == .exited(0), "\(lease.error)")
            let site = try connection.get("/v1/forecast?step=hour").json["sites"][0]
            #expect(site["site"].string == "lab" && site["model"]["quarters"].int == 0)
            let steps = site["steps"].array
            #expect((48...49).contains(steps.count) && steps.allSatisfy { $0["expected"].isAbsent })
            // At the meter: 128 nodes at 4,600 W and eight times 500 W, and 128 idle ones.
            let watts = (128 * 8_600 + 128 * 1_900) * 12_075 / 10_000
            let second = steps[1]
            #expect(second["committedGpusPeak"].int == 1_024 && second["committedGpusMean"].int == 1_024)
            #expect(second["committed"]["wattsMean"].int == watts && second["committed"]["wattsPeak"].int == watts)
            #expect(second["committed"]["energyJoules"].int == watts * 3_600)
            #expect(second["committed"]["cost"]["micros"].int == watts * 80_250_000 / 1_000_000)
            #expect(second["committed"]["carbonGrams"].int == watts * 300 / 1_000)
            let up = try #require(second["expectedGpusMean"].int)
            #expect((1_000..<1_024).contains(up), "\(second)")
            #expect(steps.last?["committedGpusPeak"].int == 0)
            let table = try home.berth("forecast", "--step", "hour")
            #expect(table.output.contains("no history of observed power"), "\(table.output)")
            #expect(try home.berth("forecast", "--site", "moon").wait() == .exited(2))
            for query in ["step=week", "start=soon", "end=2020-01-01T00:00:00Z", "step=hour&end=2099-01-01T00:00:00Z"] {
                #expect(try connection.get("/v1/forecast?\(query)").status == 400, "\(query)")
            }
            let months = try connection.get("/v1/forecast?step=month").json["sites"][0]["steps"].array
            // 366 days touch 13 calendar months, or 14 when they begin at the end of one.
            #expect((13...14).contains(months.count), "\(months.count)")
            #expect(months.dropFirst().allSatisfy { $0["start"].string?.hasSuffix("-01T00:00:00Z") == true })
            let starts = months.compactMap { $0["start"].string?.prefix(7) }
            #expect(Set(starts).count == months.count && starts == starts.sorted(), "\(starts)")
        }

        @Test("with history the same share of what is committed is expected, and its error is shown")
        func history() throws {
            let home = try DaemonHome.started()
            try home.stop()
            let file = try HistoryFile(path: home.state + "/observed.sqlite", columns: Self.columns)
            let now = Int64(Date().timeIntervalSince1970) / 900 * 900
            let rows = (1...Int64(30 * 96)).map {
                HistoryRow(
                    series: "site:lab", start: now - $0 * 900, samples: 10,
                    sums: [10 * 300_000, 10 * 400_000, 10 * 1_000])
            }
            try file.add(rows, droppingBefore: 0)
            try file.close()
            try home.start()
            let site = try home.connect().get("/v1/forecast?site=lab&step=day").json["sites"][0]
            #expect(site["model"]["quarters"].int == 30 * 96, "\(site["model"])")
            #expect(site["model"]["backTest"]["errorPermille"].int == 0)
            #expect(site["model"]["backTest"]["quarters"].int == 672)
            let idle = 256 * 1_900 * 12_075 / 10_000
            for step in site["steps"].array {
                #expect(step["committed"]["wattsMean"].int == idle)
                #expect(step["expected"]["wattsMean"].int == idle * 3 / 4, "\(step)")
            }
            let table = try home.berth("forecast")
            #expect(table.output.contains("mean error 0.0 % over 672 of them"), "\(table.output)")
        }

        @Test("what is drawn is kept across restarts, and a damaged history is set aside without harm")
        func kept() throws {
            let home = try DaemonHome.started()
            _ = try home.connect().post(
                "/v1/telemetry", #"{"source":"s","readings":[{"budget":"lab-meter","watts":500000}]}"#)
            try home.stop()
            let path = home.state + "/observed.sqlite"
            let file = try HistoryFile(path: path, columns: Self.columns)
            for series in ["site:lab", "lab-meter"] {
                let rows = try file.rows(of: series, from: 0)
                #expect(rows.count >= 1, "\(series)")
                for row in rows {
                    #expect(
                        row.samples >= 1 && row.sums[0] == 500_000 * row.samples && row.sums[2] == 1_000 * row.samples)
                    #expect(row.sums[1] == 587_328 * row.samples && row.start % 900 == 0)
                }
            }
            try file.close()
            try home.start()
            let history = try home.connect().get("/v1/budgets/lab-meter/history?step=day").json
            #expect(history["steps"][0]["observedWatts"].int == 500_000, "\(history)")
            #expect(history["steps"][0]["observedShare"].int == 100)
            #expect(try home.berth("budgets", "history", "lab-meter").output.contains("500.0 kW"))
            #expect(try home.connect().get("/v1/budgets/none/history").status == 404)
            #expect(try home.connect().get("/v1/budgets/lab-meter/history?step=month").status == 400)
            #expect(try home.connect().get("/v1/forecast").json["sites"][0]["model"]["quarters"].int ?? 0 >= 1)
            try home.stop()
            try Data(repeating: 0x42, count: 4_096).write(to: URL(fileURLWithPath: path))
            try home.start()
            #expect(home.process?.error.contains("observed.sqlite.damaged-1") == true)
            #expect(try home.connect().get("/v1/forecast").json["sites"][0]["model"]["quarters"].int == 0)
        }
    }
}
