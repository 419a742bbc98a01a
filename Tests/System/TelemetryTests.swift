// Readings over the socket, what they change in the answers, and what `berth` shows of them.

import ControlAPI
import Foundation
import Testing

extension SystemTests {
    @Suite("Telemetry")
    struct TelemetryTests {
        private func readings(_ count: Int, watts: Int) -> String {
            // Racks of eight nodes, eight racks to a block.
            (0..<count).map {
                "{\"node\":\"lab-h1-b\($0 / 64 + 1)-r\($0 / 8 % 8 + 1)-n\($0 % 8 + 1)\",\"watts\":\(watts)}"
            }
            .joined(separator: ",")
        }

        private func post(_ connection: HTTPConnection, _ readings: String) throws -> HTTPAnswer {
            try connection.post("/v1/telemetry", "{\"source\":\"test\",\"readings\":[\(readings)]}")
        }

        @Test("observed watts stand beside committed ones in budgets and status, and no change is journalled")
        func observed() throws {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            let before = try connection.get("/v1/budgets").json["budgets"][0]
            #expect(
                before["observedWatts"].isAbsent && before["provision"]["nameplateWatts"].int == 3_153_024, "\(before)")
            #expect(before["provision"]["nameplatePermille"].int == 315)
            let revision = try connection.get("/v1/status").json["revision"].int
            let answer = try post(connection, readings(64, watts: 8_000))
            #expect(answer.status == 200 && answer.json["taken"].int == 64, "\(answer.text)")
            let budgets = try connection.get("/v1/budgets").json["budgets"].array
            let meter = try #require(budgets.first { $0["name"].string == "lab-meter" })
            #expect(meter["observedWatts"].int == 64 * 8_000 * 12_075 / 10_000, "\(meter)")
            #expect(meter["observedShare"].int == 25 && meter["observedBasis"].string == "measured")
            #expect(meter["observedHeadroomWatts"].int == 10_000_000 - 64 * 8_000 * 12_075 / 10_000)
            let status = try connection.get("/v1/status").json
            #expect(status["watts"][0]["observedWatts"].int == meter["observedWatts"].int, "\(status)")
            #expect(status["revision"].int == revision && status["alerts"].isAbsent)
            let table = try home.berth("budgets")
            #expect(table.output.contains("618.2 kW (25 %)"), "\(table.output)")
            #expect(try home.berth("status").output.contains("618.2 kW (25 % of nodes)"))
        }

        @Test("what the fleet does not have is named by its place and the rest counts; a wrong body counts for nothing")
        func unknown() throws {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            let mixed = try post(
                connection,
                """
                {"node":"lab-h1-b1-r1-n1","watts":5000},{"node":"gone","watts":5000},
                {"node":"lab-h1-b1-r1-n2","gpu":8,"watts":600},{"rack":"lab/h1/b1/r2","watts":40000},
                {"budget":"lab-loop","watts":1,"at":"2030-01-01T00:00:00Z"},{"node":"lab-h1-b1-r1-n3","watts":5000000}
                """)
            #expect(mixed.status == 200 && mixed.json["taken"].int == 3, "\(mixed.text)")
            let left = mixed.json["leftOutReadings"].array
            #expect(left.map { $0["index"].int } == [1, 4, 5])
            #expect(left.map { $0["fault"].string } == ["unknown", "future", "implausible"])
            for (body, pointer) in [
                ("{\"node\":\"a\",\"watt\":1}", "/readings/0/watt"), ("{\"watts\":1}", "/readings/0"),
                ("{\"node\":\"a\",\"watts\":-1}", "/readings/0/watts"),
                ("{\"node\":\"a\",\"watts\":1},{\"node\":\"a\",\"gpu\":9,\"watts\":1}", "/readings/1/gpu"),
                ("{\"node\":\"a\",\"gpu\":1,\"part\":\"gpus\",\"watts\":1}", "/readings/0/part"),
                ("{\"node\":\"a\",\"part\":\"cpus\",\"watts\":1}", "/readings/0/part"),
                ("{\"node\":\"a\",\"energyMillijoules\":1}", "/readings/0/energyMillijoules"), ("", "/readings"),
            ] {
                let refused = try post(connection, body)
                #expect(refused.status == 400 && refused.isProblem, "\(body): \(refused.text)")
                #expect(refused.json["pointer"].string == pointer, "\(body): \(refused.text)")
            }
            #expect(try connection.get("/v1/budgets").json["budgets"][0]["observedShare"].int == 3)
        }

        @Test("a domain near its limit raises an alert in the log, the status, the list and the metrics")
        func alert() throws {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            #expect(try home.berth("alerts").output.contains("No budget domain is near its limit"))
            _ = try post(connection, "{\"budget\":\"lab-meter\",\"watts\":9600000}")
            let alerts = try connection.get("/v1/alerts").json["alerts"]
            #expect(alerts.array.count == 1 && alerts[0]["kind"].string == "near-limit", "\(alerts)")
            #expect(alerts[0]["budget"].string == "lab-meter" && alerts[0]["peakWatts"].int == 9_600_000)
            #expect(home.process?.awaitError("observed power is near its limit") == true)
            #expect(try connection.get("/v1/status").json["alerts"][0]["budget"].string == "lab-meter")
            let table = try home.berth("status")
            #expect(table.output.contains("near-limit") && table.output.contains("96.0 %"), "\(table.output)")
            let metrics = try connection.get("/metrics").text
            #expect(metrics.contains("\nberth_draw_alerts{kind=\"near-limit\"} 1\n"), "\(metrics)")
            #expect(metrics.contains("\nberth_draw_alerts_raised_total 1\n"))
            _ = try post(connection, "{\"budget\":\"lab-meter\",\"watts\":8000000}")
            #expect(home.process?.awaitError("away from its limit") == true)
            #expect(try connection.get("/v1/alerts").json["alerts"].array.isEmpty)
        }

        @Test("thresholds and the age of readings are settings, and nonsense is refused at the start")
        func settings() throws {
            let home = try DaemonHome()
            home.config = try home.folder.write("telemetry: {raisePercent: 60, clearPercent: 50}\n", to: "berthd.yaml")
            try home.start(initialise: true)
            _ = try post(try home.connect(), "{\"budget\":\"lab-meter\",\"watts\":6000000}")
            #expect(try home.connect().get("/v1/alerts").json["alerts"].array.count == 1)
            try home.stop()
            home.config = try home.folder.write("telemetry: {raisePercent: 60, clearPercent: 60}\n", to: "berthd.yaml")
            let refused = try home.launch()
            #expect(
                refused.wait() == .exited(78) && refused.error.contains("telemetry.clearPercent"), "\(refused.error)")
        }

        @Test("metrics are Prometheus text with the fleet's figures")
        func metrics() throws {
            let home = try DaemonHome.started()
            let connection = try home.connect()
            _ = try post(connection, readings(256, watts: 8_000))
            let answer = try connection.get("/metrics")
            #expect(answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            let lines = answer.text.split(separator: "\n").map(String.init)
            for line in [
                "berth_gpus{site=\"lab\",model=\"H100\",use=\"free\"} 2048", "berth_journal_writable 1",
                "berth_leases{state=\"active\"} 0",
                "berth_budget_observed_watts{budget=\"lab-meter\",kind=\"power\",site=\"lab\"} 2472960",
                "berth_budget_limit_watts{budget=\"lab-loop\",kind=\"cooling\",site=\"lab\"} 10000000",
                "berth_telemetry_readings_total{result=\"taken\"} 256",
            ] { #expect(lines.contains(line), "\(line) is not in \(answer.text)") }
            // Every sample belongs to the family that was begun last.
            var family = ""
            for line in lines {
                if line.hasPrefix("# TYPE ") { family = line.split(separator: " ")[2].description }
                if !line.hasPrefix("#") { #expect(line.hasPrefix(family), "\(line)") }
            }
        }
    }
}
