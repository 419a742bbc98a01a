// The daemon's metrics: right, in Prometheus' form, and those that the documents, the rules and the dashboard name.

import Foundation
import Testing

extension SystemTests {
    @Suite("Metrics")
    struct MetricsTests {
        /// A scrape: samples by name and labels as they stand, and the type of each family.
        private struct Scrape {
            let text: String
            var samples: [String: Double] = [:]
            var types: [String: String] = [:]

            init(_ home: DaemonHome) throws {
                let answer = try home.connect().get("/metrics")
                guard answer.status == 200 else { throw Unexpected(answer.text) }
                text = answer.text
                for line in text.split(separator: "\n") {
                    if line.hasPrefix("# TYPE ") {
                        let words = line.split(separator: " ")
                        types[String(words[2])] = String(words[3])
                    } else if !line.hasPrefix("#"), let space = line.lastIndex(of: " ") {
                        samples[String(line[..<space])] = Double(line[line.index(after: space)...])
                    }
                }
            }

            /// What the samples of one name add up to, or those whose labels contain `labels`.
            func sum(_ name: String, _ labels: String = "") -> Double {
                samples.reduce(0) { sum, sample in
                    let isIt = sample.key == name || sample.key.hasPrefix(name + "{")
                    return isIt && (labels.isEmpty || sample.key.contains(labels)) ? sum + sample.value : sum
                }
            }
        }

        private func post(_ home: DaemonHome, _ line: String, tenant: String = "acme") throws -> HTTPAnswer {
            try home.connect().post(
                "/v1/leases",
                #"{"tenant":"\#(tenant)","reservations":[\#(line)],"duration":"30d","reason":"metrics"}"#)
        }

        private func busy() throws -> DaemonHome {
            let home = try DaemonHome.started()
            _ = try home.connect().request("PUT", "/v1/tenants/acme", #"{"quota":{"gpus":1000},"reason":"metrics"}"#)
            return home
        }

        @Test("decisions, refusals, GPUs, tenants, commits and requests are counted as they were")
        func figures() throws {
            let home = try busy()
            let before = try Scrape(home)
            for _ in 0..<3 { #expect(try post(home, #"{"shape":"gpu","gpus":4}"#).status == 201) }
            #expect(try post(home, #"{"shape":"block"}"#).status == 201)
            let both = #"{"name":"a","shape":"node"},{"name":"b","shape":"rack"}"#
            #expect(try post(home, both).status == 201)
            #expect(try post(home, #"{"shape":"block","count":2}"#).status == 409)
            #expect(try post(home, #"{"shape":"blok"}"#).status == 400)
            let batch = try home.connect().post(
                "/v1/leases:batch",
                #"{"atomic":false,"leases":[{"tenant":"none","reservations":[{"shape":"node"}],"duration":"1d"}]}"#)
            #expect(batch.status == 200 && !batch.json["results"][0]["problem"].isAbsent, "\(batch.text)")
            let after = try Scrape(home)
            func more(_ name: String, _ label: String = "") -> Double {
                after.sum(name, label) - before.sum(name, label)
            }
            #expect(more("berth_decision_seconds_count", #"shape="gpu",outcome="granted""#) == 3)
            #expect(more("berth_decision_seconds_count", #"shape="block",outcome="granted""#) == 1)
            #expect(more("berth_decision_seconds_count", #"shape="block",outcome="refused""#) == 1)
            #expect(more("berth_decision_seconds_count", #"shape="mixed",outcome="granted""#) == 1)
            #expect(more("berth_decision_seconds_bucket", #"shape="gpu",outcome="granted",le="+Inf""#) == 3)
            #expect(more("berth_commands_total", #"command="request-leases",outcome="accepted""#) == 5)
            #expect(more("berth_refusals_total", #"code="quota-exceeded""#) == 1)
            #expect(more("berth_refusals_total", #"code="bad-request""#) >= 1)
            #expect(more("berth_refusal_blockers_total", #"kind="quota""#) == 1)
            #expect(more("berth_commit_seconds_count") == 5 && more("berth_journal_sync_seconds_count") == 5)
            #expect(more("berth_facts_total") >= 5 && more("berth_revision") == 5)
            #expect(after.sum("berth_commit_seconds_sum") >= after.sum("berth_journal_sync_seconds_sum"))
            #expect(after.sum("berth_journal_sync_seconds_sum") > 0)
            #expect(after.sum("berth_gpus") == 2_048 && after.sum("berth_gpus", #"use="leased""#) == 596)
            #expect(after.sum("berth_gpus", #"site="lab",model="H100""#) == 2_048)
            #expect(after.sum("berth_tenant_gpus", #"tenant="acme""#) == 596)
            #expect(after.sum("berth_tenant_watts") > 0 && after.sum("berth_other_tenants_gpus") == 0)
            #expect(after.samples[#"berth_leases{state="active"}"#] == 5)
            #expect(after.samples[#"berth_largest_placeable_gpus{site="lab"}"#] == 512)
            #expect(after.samples[#"berth_placeable{site="lab",shape="nvl72"}"#] == nil)
            let route = #"method="POST",route="/v1/leases",code="201""#
            #expect(more("berth_http_requests_total", route) == 5)
            #expect(more("berth_http_request_seconds_count", #"method="POST",route="/v1/leases""#) >= 7)
            #expect(after.sum("berth_queue_commands") == 0 && after.sum("berth_epoch") == 1)
            #expect(after.sum("process_open_fds") > 3 && after.sum("process_resident_memory_bytes") > 1_000_000)
            try home.stop()
        }

        @Test("a full site has room for nothing, a faulty member degrades its lease, and both are shown")
        func shortage() throws {
            let home = try DaemonHome.started(fleet: Fleets.smaller)
            _ = try home.connect().request("PUT", "/v1/tenants/acme", #"{"reason":"metrics"}"#)
            #expect(try post(home, #"{"shape":"block","count":2}"#).status == 201)
            let full = try Scrape(home)
            #expect(full.samples[#"berth_largest_placeable_gpus{site="lab"}"#] == 0)
            #expect(full.sum("berth_placeable") == 0 && full.sum("berth_leases_degraded") == 0)
            let fault = try home.connect().post(
                "/v1/nodes:fault", #"{"nodes":"lab-h1-b1-r1-n1","reason":"fell off the bus"}"#)
            #expect(fault.status == 200, "\(fault.text)")
            let faulty = try Scrape(home)
            #expect(faulty.sum("berth_leases_degraded") == 1 && faulty.sum("berth_gpus", #"use="faulty""#) == 8)
            #expect(faulty.sum("berth_leases_replacement_overdue") == 0)
            try home.stop()
        }

        @Test("polls that wait and streams that are open are gauges")
        func waiting() throws {
            let home = try busy()
            let poll = try home.connect()
            let index = try #require(
                try home.connect().get("/v1/tenants/acme/allocation").headers["berth-index"])
            try poll.send("GET", "/v1/tenants/acme/allocation?index=\(index)&wait=300s")
            let reader = try EventReader(try home.connect())
            _ = try reader.next()
            // The poll was sent before the stream answered, and waits as soon as it is read.
            var scrape = try Scrape(home)
            for _ in 0..<1_200 where scrape.sum("berth_polls_waiting") == 0 { scrape = try Scrape(home) }
            #expect(scrape.sum("berth_polls_waiting") == 1 && scrape.sum("berth_event_streams") == 1)
            #expect(try post(home, #"{"shape":"node"}"#).status == 201)
            #expect(try poll.receive().status == 200)
            #expect(try Scrape(home).sum("berth_polls_waiting") == 0)
            try home.stop()
        }

        @Test(
            "promtool finds nothing wrong with the live metrics, the rules, or what the rules are tested with",
            .enabled(if: Program.promtool != nil, "needs promtool: apt-get install prometheus"))
        func promtool() throws {
            let home = try busy()
            #expect(try post(home, #"{"shape":"node"}"#).status == 201)
            let file = try home.folder.write(try Scrape(home).text, to: "metrics.txt")
            let check = try ChildProcess(
                "/bin/sh", ["-c", "exec '\(Program.promtool!)' check metrics --extended < '\(file)'"])
            #expect(check.wait() == .exited(0), "\(check.output) \(check.error)")
            #expect(check.error.isEmpty, "\(check.error)")
            let rules = Program.root + "/config/prometheus"
            for arguments in [
                ["check", "rules", "\(rules)/alerts.yaml"], ["test", "rules", "\(rules)/alerts.test.yaml"],
            ] {
                let process = try ChildProcess(try #require(Program.promtool), arguments)
                #expect(process.wait() == .exited(0), "\(process.output) \(process.error)")
            }
            try home.stop()
        }

        // MARK: What documents name

        private func file(_ path: String) throws -> String {
            try String(contentsOfFile: Program.root + "/" + path, encoding: .utf8)
        }

        @Test("docs/metrics.md lists each metric that the daemon gives, with its type, and no other")
        func document() throws {
            let home = try busy()
            var listed: [String: String] = [:]
            for line in try file("docs/metrics.md").split(separator: "\n") where line.hasPrefix("| `") {
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                listed[cells[0].trimmingCharacters(in: ["`"])] = cells[1]
            }
            let types = try Scrape(home).types
            for (name, type) in types.sorted(by: { $0.key < $1.key }) {
                #expect(listed[name] == type, "docs/metrics.md: \(name) is a \(type)")
            }
            #expect(Set(listed.keys).subtracting(types.keys).sorted() == [])
            try home.stop()
        }

        /// The metrics that an expression names, without what a histogram adds to its name.
        private func names(in expression: String, _ types: [String: String]) -> Set<String> {
            let words = expression.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }.map(String.init)
            let named = words.filter { $0.hasPrefix("berth_") || $0.hasPrefix("process_") }
            return Set(
                named.map { name in
                    for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
                        let family = String(name.dropLast(suffix.count))
                        if types[family] == "histogram" { return family }
                    }
                    return name
                })
        }

        @Test("the dashboard and the alerts ask for metrics that the daemon gives, and the dashboard is whole")
        func queries() throws {
            let home = try busy()
            let types = try Scrape(home).types
            let dashboard = JSONValue(bytes: Array(try file("config/grafana/berth.json").utf8))
            let panels = dashboard["panels"].array
            #expect(dashboard["uid"].string == "berth" && panels.count > 30)
            #expect(Set(panels.compactMap { $0["id"].int }).count == panels.count)
            var asked: Set<String> = []
            for panel in panels where panel["type"].string != "row" {
                let title = panel["title"].string ?? "?"
                let targets = panel["targets"].array
                #expect(!targets.isEmpty && panel["gridPos"]["w"].int ?? 0 > 0, "\(title)")
                for target in targets {
                    let named = names(in: target["expr"].string ?? "", types)
                    #expect(!named.isEmpty, "\(title)")
                    asked.formUnion(named)
                }
            }
            for variable in dashboard["templating"]["list"].array {
                asked.formUnion(names(in: variable["definition"].string ?? "", types))
            }
            let alerts = try file("config/prometheus/alerts.yaml").split(separator: "\n").filter {
                $0.contains("expr:")
            }
            #expect(alerts.count > 10)
            for alert in alerts { asked.formUnion(names(in: String(alert), types)) }
            #expect(asked.subtracting(types.keys).sorted() == [])
            try home.stop()
        }
    }
}
