// `berth-telemetry` between exporters, a real Prometheus and the daemon.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Scraping")
    struct ScrapeTests {
        private static let nodes = (1...8).map { "lab-h1-b1-r1-n\($0)" }

        private func run(_ home: DaemonHome, _ arguments: [String]) throws -> ChildProcess {
            try ChildProcess(Program.berthTelemetry, arguments, environment: ["BERTH_SOCKET": home.socket])
        }

        /// Asks until something is so, or the process that should bring it about is gone.
        private func poll(_ what: String, _ condition: () throws -> Bool) throws {
            for _ in 0..<1_200 {
                if (try? condition()) == true { return }
                Glibc.poll(nil, 0, 50)
            }
            throw Unexpected("\(what) did not come about in a minute")
        }

        /// What eight GPUs of each of the nodes make at the meter: idle at 70 W, with the catalogue's node around them.
        private func observed(_ home: DaemonHome) throws -> JSONValue {
            try home.connect().get("/v1/budgets").json["budgets"][0]
        }

        @Test("one round takes an exporter's watts to the daemon; one that fails says so and ends with 1")
        func once() throws {
            let home = try DaemonHome.started()
            let exporter = try FakeExporter(FakeExporter.dcgm(Self.nodes, watts: 700))
            let round = try run(home, ["--scrape", exporter.url, "--once"])
            #expect(round.wait() == .exited(0), "\(round.error)")
            let meter = try observed(home)
            // 700.25 W are 700 W, the highest cap, at which a node draws 10,200 W.
            #expect(meter["observedWatts"].int == 8 * 10_200 * 12_075 / 10_000, "\(meter)")
            #expect(meter["observedBasis"].string == "partly-estimated")
            #expect(try home.berth("budgets").output.contains("~98.5 kW"))

            exporter.set("DCGM_FI_DEV_POWER_USAGE{gpu=\"0\"} x\n")
            let wrong = try run(home, ["--scrape", exporter.url, "--once"])
            #expect(wrong.wait() == .exited(1) && wrong.error.contains("expected a number"), "\(wrong.error)")
            exporter.set(FakeExporter.dcgm(["elsewhere"], watts: 700))
            let unknown = try run(home, ["--scrape", exporter.url, "--once"])
            #expect(unknown.wait() == .exited(0) && unknown.error.contains("elsewhere:1"), "\(unknown.error)")
            try home.stop()
            let away = try run(home, ["--scrape", exporter.url, "--once"])
            #expect(away.wait() == .exited(1) && away.error.contains("there is no socket"), "\(away.error)")
            for arguments in [["--once"], ["--scrape", "ftp://x", "--once"], ["--serve", "0.0.0.0:1"]] {
                #expect(try run(home, arguments).wait() == .exited(64), "\(arguments)")
            }
        }

        @Test("it outlives the daemon: rounds go on when the daemon is back, and a SIGTERM ends it with 0")
        func restart() throws {
            let home = try DaemonHome.started()
            let exporter = try FakeExporter(FakeExporter.dcgm(Self.nodes, watts: 300))
            let telemetry = try run(home, ["--scrape", exporter.url, "--interval", "1s"])
            defer { telemetry.signal(SIGKILL) }
            try poll("a first reading") { try observed(home)["observedWatts"].int != nil }
            try home.stop()
            try #require(telemetry.awaitError("berthd: "))
            try home.start()
            try poll("a reading after the restart") { try observed(home)["observedWatts"].int != nil }
            telemetry.signal(SIGTERM)
            #expect(telemetry.wait() == .exited(0), "\(telemetry.error)")
        }

        @Test(
            "Prometheus scrapes exporters and the daemon, and figures agree both ways",
            .enabled(if: Program.prometheus != nil, "needs Prometheus: apt-get install prometheus"))
        func prometheus() throws {
            let home = try DaemonHome.started()
            let exporter = try FakeExporter(FakeExporter.dcgm(Self.nodes, watts: 700))
            let port = try Loopback.freePort()
            let telemetry = try run(
                home,
                ["--prometheus", "http://127.0.0.1:\(port)", "--interval", "1s", "--serve", "127.0.0.1:0"])
            defer { telemetry.signal(SIGKILL) }
            try #require(telemetry.awaitError("address=127.0.0.1:"), "\(telemetry.error)")
            let served = telemetry.error.split(separator: "address=127.0.0.1:")[1].prefix { $0.isNumber }
            let prometheus = try prometheus(home, port, exporter, served: String(served))
            defer {
                prometheus.signal(SIGKILL)
                prometheus.wait()
            }
            for (watts, node) in [(700, 10_200), (70, 1_900)] {
                exporter.set(FakeExporter.dcgm(Self.nodes, watts: watts))
                let expected = 8 * node * 12_075 / 10_000
                try poll("\(expected) W in the daemon") { try observed(home)["observedWatts"].int == expected }
                try poll("\(expected) W in Prometheus") {
                    try query(port, "berth_budget_observed_watts{budget=\"lab-meter\"}") == "\(expected)"
                }
            }
            #expect(try query(port, "berth_up") == "1")
            #expect(try query(port, "sum(berth_gpus)") == "2048")
            #expect(try query(port, "berth_telemetry_left_out_total") == "0")
            #expect(try query(port, "up{job=\"berth\"}") == "1")
            try checkRules(port)
            try checkDashboard(port)
        }

        /// The alert rules are loaded, and each has been asked without an error.
        private func checkRules(_ port: UInt16) throws {
            try poll("each rule") {
                let groups = try HTTPConnection(port: port).get("/api/v1/rules").json["data"]["groups"].array
                let rules = groups.flatMap { $0["rules"].array }
                return rules.count > 10 && rules.allSatisfy { $0["health"].string == "ok" }
            }
            #expect(try query(port, "ALERTS{alertname=\"BerthAbsent\"}") == nil)
        }

        /// Each question of the dashboard is one that Prometheus understands, and those of gauges have answers.
        private func checkDashboard(_ port: UInt16) throws {
            let file = try Data(contentsOf: URL(fileURLWithPath: Program.root + "/config/grafana/berth.json"))
            var answered = 0
            for panel in JSONValue(bytes: Array(file))["panels"].array {
                for target in panel["targets"].array {
                    let expression = try #require(target["expr"].string)
                        .replacing("$__rate_interval", with: "1m").replacing("$site", with: ".*")
                        .replacing("$job", with: ".*")
                    let answer = try ask(port, expression)
                    #expect(answer["status"].string == "success", "\(expression): \(answer)")
                    if !answer["data"]["result"].array.isEmpty { answered += 1 }
                }
            }
            #expect(answered > 25)
        }

        private func prometheus(
            _ home: DaemonHome, _ port: UInt16, _ exporter: FakeExporter, served: String
        ) throws -> ChildProcess {
            let config = try home.folder.write(
                """
                global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
                rule_files: ["\(Program.root)/config/prometheus/alerts.yaml"]
                scrape_configs:
                  - job_name: dcgm
                    static_configs: [{targets: ["127.0.0.1:\(exporter.port)"]}]
                  - job_name: berth
                    static_configs: [{targets: ["127.0.0.1:\(served)"]}]

                """, to: "prometheus.yml")
            let process = try ChildProcess(
                Program.prometheus!,
                [
                    "--config.file=\(config)", "--storage.tsdb.path=\(home.folder("tsdb"))",
                    "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
                ])
            try poll("Prometheus") { try HTTPConnection(port: port).get("/-/ready").status == 200 }
            return process
        }

        /// The value of the one series that a query gives.
        private func query(_ port: UInt16, _ expression: String) throws -> String? {
            try ask(port, expression)["data"]["result"][0]["value"][1].string
        }

        private func ask(_ port: UInt16, _ expression: String) throws -> JSONValue {
            let allowed = CharacterSet.alphanumerics
            let text = expression.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
            return try HTTPConnection(port: port).get("/api/v1/query?query=\(text)").json
        }
    }
}
