// Fault reports over the real socket and by the CLI: who may report what, what comes of it, and who sees it.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Faults")
    struct FaultTests {
        private let home: DaemonHome
        private let connection: HTTPConnection
        private static let uuid = "GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5"
        private static let other = "GPU-00000000-0a1b-2c3d-4e5f-60718293a4b5"

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            for tenant in ["acme", "rival"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"faults"}"#)
            }
        }

        private func lease(_ tenant: String, _ line: String, _ more: String = "") throws -> JSONValue {
            let answer = try connection.post(
                "/v1/leases",
                #"{"tenant":"\#(tenant)","reservations":[{\#(line)}],"duration":"30d"\#(more)}"#)
            try #require(answer.status == 201, "\(answer.text)")
            return answer.json
        }

        private func report(_ body: String, by tenant: String = "acme", key: String? = nil) throws -> HTTPAnswer {
            try connection.post(
                "/v1/tenants/\(tenant)/faults", body, headers: key.map { ["Idempotency-Key": $0] } ?? [:])
        }

        private func identify(_ uuid: String, _ node: String, _ module: Int) throws {
            let body = #"{"gpus":[{"node":"\#(node)","module":\#(module),"uuid":"\#(uuid)"}],"reason":"as built"}"#
            let answer = try connection.post("/v1/nodes:identify", body)
            try #require(answer.status == 200, "\(answer.text)")
        }

        private func index(_ tenant: String) throws -> Int {
            let poll = try home.connect().get("/v1/tenants/\(tenant)/allocation")
            return try #require(poll.headers["berth-index"].flatMap { Int($0) })
        }

        private func checkRules() throws {
            for rule in try home.connect().get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
        }

        @Test("a GPU that is reported goes, a spare comes, one poll wakes once, and a kill changes nothing of it")
        func replaced() throws {
            let lease = try lease("acme", #""shape":"block""#, #","spares":{"perDomain":3}"#)
            let id = try #require(lease["id"].string)
            // 61 of 64 nodes are promised, three are held back.
            #expect(lease["promised"]["gpus"].int == 488 && lease["spares"]["ready"].int == 3)
            _ = try self.lease("rival", #""shape":"node""#)
            try identify(Self.uuid, "lab-h1-b1-r1-n5", 3)
            let allocation = try connection.get("/v1/leases/\(id)/allocation").json["nodes"].array
            let node = try #require(allocation.first { $0["node"].string == "lab-h1-b1-r1-n5" })
            #expect(node["gpus"][2]["uuid"].string == Self.uuid && node["gpus"][3]["uuid"].string == nil)

            let (own, theirs) = (try index("acme"), try index("rival"))
            let (waiting, sleeping) = (try home.connect(), try home.connect())
            try waiting.send("GET", "/v1/tenants/acme/allocation?index=\(own)&wait=300s")
            try sleeping.send("GET", "/v1/tenants/rival/allocation?index=\(theirs)&wait=300s")
            let body = #"{"gpus":["\#(Self.uuid)"],"xid":79,"text":"off the bus","reason":"job 17"}"#
            let made = try report(body, key: "k-1")
            try #require(made.status == 201, "\(made.text)")
            let fault = made.json["faults"][0]
            #expect(fault["state"].string == "accepted" && fault["act"].string == "fault", "\(made.text)")
            #expect(fault["gpus"][0]["module"].int == 3 && fault["gpus"][0]["uuid"].string == Self.uuid)
            #expect(fault["node"].string == "lab-h1-b1-r1-n5" && fault["leases"][0].string == id)
            let woken = try waiting.receive()
            #expect(woken.json["index"].int == own + 1 && woken.json["faults"][0]["id"].text == fault["id"].text)
            #expect(woken.json["leases"][0]["delivered"]["gpus"].int == 488)
            #expect(woken.json["leases"][0]["conditions"].array.isEmpty)
            #expect(try index("rival") == theirs && !sleeping.hasUnread)
            // The same again, with the key and without.
            #expect(try report(body, key: "k-1").json["faults"].text == made.json["faults"].text)
            #expect(try report(body).json["faults"].text == made.json["faults"].text)
            #expect(try index("acme") == own + 1)

            // Its own log has it, the other tenant's has not.
            #expect(try connection.get("/v1/audit?tenant=acme").text.contains("report a fault (XID 79)"))
            #expect(try !connection.get("/v1/audit?tenant=rival").text.contains("report a fault"))

            let poll = try connection.get("/v1/tenants/acme/allocation").body
            home.kill()
            try home.start()
            let fresh = try home.connect()
            #expect(try fresh.get("/v1/tenants/acme/allocation").body == poll)
            #expect(try fresh.get("/v1/faults/\(fault["id"].string ?? "")").json.text == fault.text)
            #expect(try fresh.get("/v1/leases/\(id)").json["spares"]["held"].int == 2)
            #expect(try fresh.get("/v1/nodes?state=faulty").json["nodes"][0]["gpus"][2]["uuid"].string == Self.uuid)
            try checkRules()

            // Repaired and validated it is a spare again, and the report is settled.
            let nodes = #"{"nodes":"lab-h1-b1-r1-n5","reason":"RMA 4711"}"#
            #expect(try fresh.post("/v1/nodes:service", nodes).status == 200)
            let repair = try fresh.get("/v1/nodes?state=repair").json["nodes"][0]
            #expect(repair["reason"].string == "RMA 4711" && !repair["since"].isAbsent && !repair["outSince"].isAbsent)
            #expect(try fresh.get("/v1/nodes?state=faulty").json["nodes"].array.isEmpty)
            #expect(try fresh.post("/v1/nodes:repair", nodes).status == 200)
            _ = try fresh.post("/v1/nodes:validated", nodes)
            let settled = try fresh.get("/v1/tenants/acme/faults").json["faults"]
            #expect(settled.array.count == 1 && settled[0]["state"].string == "resolved", "\(settled)")
            #expect(try fresh.get("/v1/leases/\(id)").json["spares"]["ready"].int == 3)
            #expect(try fresh.get("/v1/tenants/acme/allocation").json["faults"].isAbsent)
            try checkRules()
        }

        @Test(
            "what a tenant does not hold is answered as what is not there, and bad reports are refused where they stand"
        )
        func refused() throws {
            _ = try lease("acme", #""shape":"node""#)
            let theirs = try lease("rival", #""shape":"block""#)["reservations"][0]["allocation"][0].string ?? ""
            let node = theirs.replacing("/", with: "-") + "-r1-n1"
            try identify(Self.other, node, 1)
            let hidden = [
                (#"{"gpus":["\#(Self.other)"],"xid":79}"#, "/gpus/0"),
                (#"{"gpus":["\#(Self.uuid)"],"xid":79}"#, "/gpus/0"),
                (#"{"nodes":[{"node":"\#(node)"}],"xid":79}"#, "/nodes/0"),
                (#"{"nodes":[{"node":"nowhere"}],"xid":79}"#, "/nodes/0"),
            ]
            for (body, pointer) in hidden {
                let answer = try report(body)
                #expect(answer.status == 404 && answer.json["pointer"].string == pointer, "\(body): \(answer.text)")
                #expect(answer.json["detail"].string?.hasPrefix("you hold no ") == true, "\(answer.text)")
                #expect(!answer.text.contains("rival"))
            }
            for (body, pointer) in [
                (#"{"gpus":["GPU-1"],"xid":79}"#, "/gpus/0"), (#"{"gpus":["\#(Self.uuid)x"],"xid":79}"#, "/gpus/0"),
                (#"{"nodes":[{"node":"\#(node)","modules":[9]}],"xid":79}"#, "/nodes/0/modules"),
                (#"{"nodes":[{"node":"\#(node)","modules":[]}],"xid":79}"#, "/nodes/0/modules"),
                (#"{"xid":79}"#, "/gpus"), (#"{"gpus":["\#(Self.uuid)"],"xid":79,"when":1}"#, "/when"),
            ] {
                let answer = try report(body)
                #expect(answer.status == 400 && answer.json["pointer"].string == pointer, "\(body): \(answer.text)")
            }
            #expect(try report(#"{"gpus":["\#(Self.uuid)"],"xid":79}"#, by: "nobody").status == 404)
            #expect(try connection.get("/v1/faults").json["faults"].array.isEmpty)
            #expect(try connection.get("/v1/faults/f-none").status == 404)
            let known = #"{"gpus":[{"node":"\#(node)","module":9,"uuid":"\#(Self.uuid)"}]}"#
            #expect(try connection.post("/v1/nodes:identify", known).json["pointer"].string == "/gpus/0/module")
            let malformed = #"{"gpus":[{"node":"\#(node)","module":1,"uuid":"GPU"}]}"#
            #expect(try connection.post("/v1/nodes:identify", malformed).json["pointer"].string == "/gpus/0/uuid")
        }

        @Test("an operator decides on what the policy does not know, and the tenant reads why, not who")
        func decided() throws {
            let lease = try lease("acme", #""shape":"gpu","gpus":4"#)
            let place = try #require(
                try connection.get("/v1/leases/\(lease["id"].string ?? "")/allocation").json["nodes"][0]["node"].string)
            let made = try report(#"{"nodes":[{"node":"\#(place)"}],"xid":62}"#).json["faults"][0]
            let id = try #require(made["id"].string)
            #expect(made["state"].string == "open" && made["class"].string == "unknown")
            #expect(try connection.get("/v1/faults?state=open").json["faults"].array.count == 1)
            #expect(try connection.get("/v1/status").json["openFaults"].int == 1)
            #expect(try home.berth("status").output.contains("1 fault report to decide on"))
            let refused = try connection.post("/v1/faults/\(id)", #"{"accept":true,"reason":"odd"}"#)
            #expect(refused.status == 400 && refused.json["pointer"].string == "/act", "\(refused.text)")
            #expect(try connection.post("/v1/faults/\(id)", #"{"accept":true,"act":"drain"}"#).status == 400)
            let decided = try connection.post(
                "/v1/faults/\(id)", #"{"accept":true,"act":"drain","reason":"slow link"}"#)
            #expect(try connection.get("/v1/status").json["openFaults"].isAbsent)
            #expect(decided.status == 200 && decided.json["decidedBy"].string?.hasPrefix("uid:") == true)
            #expect(try connection.get("/v1/nodes?state=draining").json["nodes"][0]["name"].string == place)
            #expect(try connection.post("/v1/faults/\(id)", #"{"accept":false,"reason":"late"}"#).status == 409)
            let poll = try connection.get("/v1/tenants/acme/allocation").json["faults"][0]
            #expect(poll["remark"].string == "slow link" && poll["decidedBy"].isAbsent && poll["by"].isAbsent)
            try checkRules()
        }

        @Test("an XID in telemetry acts by the policy, once for as long as it stays")
        func measured() throws {
            let id = try #require(try lease("acme", #""shape":"node""#)["id"].string)
            let place = try #require(
                try connection.get("/v1/leases/\(id)/allocation").json["nodes"][0]["node"].string)
            func telemetry(_ xid: Int) throws -> HTTPAnswer {
                try connection.post(
                    "/v1/telemetry",
                    #"{"source":"dcgm","readings":[{"node":"\#(place)","gpu":2,"xid":\#(xid)},"#
                        + #"{"node":"\#(place)","gpu":1,"watts":500}]}"#)
            }
            let first = try telemetry(0)
            #expect(first.status == 200 && first.json["taken"].int == 2, "\(first.text)")
            let index = try index("acme")
            for _ in 0..<3 { #expect(try telemetry(48).status == 200) }
            let faults = try connection.get("/v1/faults").json["faults"]
            #expect(faults.array.count == 1 && faults[0]["tenant"].isAbsent && faults[0]["act"].string == "drain")
            #expect(faults[0]["gpus"][0]["module"].int == 2 && faults[0]["text"].string == "telemetry of dcgm")
            // A member that works stays where it is, and its tenant is told nothing.
            #expect(try self.index("acme") == index)
            // A gauge that says the same after a restart is no news; what it says after that is.
            home.kill()
            try home.start()
            let fresh = try home.connect()
            let again = try fresh.post(
                "/v1/telemetry", #"{"source":"dcgm","readings":[{"node":"\#(place)","gpu":2,"xid":48}]}"#)
            #expect(again.status == 200)
            #expect(try fresh.get("/v1/faults").json["faults"].array.count == 1)
            _ = try fresh.post(
                "/v1/telemetry", #"{"source":"dcgm","readings":[{"node":"\#(place)","gpu":2,"xid":79}]}"#)
            #expect(try fresh.get("/v1/faults").json["faults"].array.count == 2)
            // Lost at once: the node goes, a free one of its rack comes.
            #expect(try fresh.get("/v1/nodes?state=faulty").json["nodes"][0]["name"].string == place)
            let now = try fresh.get("/v1/leases/\(id)").json
            #expect(now["delivered"].text == now["promised"].text && now["conditions"].array.isEmpty)
            for (reading, pointer) in [
                (#"{"node":"\#(place)","xid":79}"#, "/readings/0/xid"),
                (#"{"node":"\#(place)","gpu":1,"xid":1000}"#, "/readings/0/xid"),
                (#"{"node":"\#(place)","gpu":1,"xid":79,"watts":1}"#, "/readings/0/xid"),
            ] {
                let answer = try fresh.post("/v1/telemetry", #"{"source":"x","readings":[\#(reading)]}"#)
                #expect(answer.status == 400 && answer.json["pointer"].string == pointer, "\(answer.text)")
            }
            try checkRules()
        }

        @Test("where the settings say so, the policy proposes and an operator decides")
        func proposed() throws {
            let careful = try DaemonHome()
            careful.config = try careful.folder.write(
                "faults: {tenants: propose, telemetry: propose}\n", to: "berthd.yaml")
            try careful.start(initialise: true)
            let connection = try careful.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"faults"}"#)
            let lease = try connection.post(
                "/v1/leases", #"{"tenant":"acme","reservations":[{"shape":"rack"}],"duration":"1d"}"#)
            #expect(lease.status == 201, "\(lease.text)")
            let made = try connection.post(
                "/v1/tenants/acme/faults", #"{"nodes":[{"node":"lab-h1-b1-r1-n1"}],"xid":79}"#)
            #expect(made.json["faults"][0]["state"].string == "open", "\(made.text)")
            _ = try connection.post(
                "/v1/telemetry", #"{"source":"x","readings":[{"node":"lab-h1-b1-r1-n2","gpu":1,"xid":79}]}"#)
            #expect(try connection.get("/v1/faults?state=open").json["faults"].array.count == 2)
            #expect(try connection.get("/v1/nodes?state=faulty").json["nodes"].array.isEmpty)
            let wrong = try DaemonHome()
            wrong.config = try wrong.folder.write("faults: {tenants: maybe}\n", to: "berthd.yaml")
            let process = try wrong.launch(initialise: true)
            #expect(process.wait() == .exited(78))
            #expect(process.error.contains("faults.tenants: maybe is neither act nor propose"), "\(process.error)")
        }

        @Test("a lease says which node is down and by when it has to be replaced; spares are computed")
        func deadlines() throws {
            let terms = #"{"replacementDeadline":"4h","availabilityTargetPercent":99.5,"spares":{"perDomain":2}}"#
            _ = try connection.request("PUT", "/v1/contracts/c", terms)
            let lease = try lease("acme", #""shape":"rack""#, #","contract":"c""#)
            let id = try #require(lease["id"].string)
            _ = try connection.post("/v1/nodes:fault", #"{"nodes":"lab-h1-b1-r1-n[1-3]","reason":"leak"}"#)
            let now = try connection.get("/v1/leases/\(id)").json
            let down = now["down"]
            #expect(down.array.count == 1 && down[0]["node"].string == "lab-h1-b1-r1-n3", "\(now)")
            let time = ISO8601DateFormatter()
            let since = try #require(down[0]["since"].string.flatMap { time.date(from: $0) })
            let by = try #require(down[0]["replaceBy"].string.flatMap { time.date(from: $0) })
            #expect(by.timeIntervalSince(since) == 4 * 3_600 && down[0]["overdue"].isAbsent)
            #expect(try connection.get("/v1/tenants/acme/allocation").json["leases"][0]["down"].text == down.text)
            #expect(now["spares"]["granted"].int == 2 && now["spares"]["held"].int == 0)

            let spares = try connection.get("/v1/spares?nodes=64&availability=99&failures=3.79&repair=1d").json[
                "tables"][0]
            #expect(spares["sparesForAllUp"].int == 2 && spares["nodes"].int == 64, "\(spares)")
            let record = try connection.get("/v1/spares?shape=block").json["tables"][0]["record"]
            #expect(record["failures"].int == 2 && record["repairs"].int == 0, "\(record)")
            for query in [
                "availability=100", "availability=x", "nodes=0", "shape=node", "failures=-1", "repair=x", "gpu=H1",
                "nodes=4&shape=block",
            ] { #expect(try connection.get("/v1/spares?\(query)").status == 400, "\(query)") }
            let words = try connection.get("/v1/contracts/c/explanation").text
            #expect(words.contains("On a block of H100 (64 nodes) that takes no spares"), "\(words)")
        }

        @Test("the CLI reports, lists, shows, decides, identifies and explains")
        func commandLine() throws {
            _ = try lease("acme", #""shape":"rack""#)
            let file = try home.folder.write("\(Self.uuid): lab-h1-b1-r1-n1:3\n", to: "gpus.yaml")
            let known = try home.berth("nodes", "identify", "-f", file)
            #expect(known.output == "1 node changed; 1 GPU of the fleet are known\n", "\(known.output) \(known.error)")
            let made = try home.berth(
                "fault", "report", "--tenant", "acme", "--gpu", Self.uuid, "--xid", "79", "--keep")
            #expect(made.output.contains("lab-h1-b1-r1-n1:3 accepted"), "\(made.output) \(made.error)")
            let odd = try home.berth(
                "fault", "report", "--tenant", "acme", "--node", "lab-h1-b1-r1-n2:1,2", "--text", "slow")
            #expect(odd.output.contains("lab-h1-b1-r1-n2:1,2 open"), "\(odd.output) \(odd.error)")
            let id = odd.output.split(separator: ":")[0]
            #expect(try home.berth("fault", "--state", "open").output.contains(id))
            let rejected = try home.berth("fault", "reject", String(id), "--reason", "passed every test")
            #expect(rejected.output.contains("rejected") && rejected.output.contains("passed every test"))
            #expect(try home.berth("fault", "show", String(id)).output == rejected.output)
            #expect(try home.berth("fault", "list", "--tenant", "acme").output.contains("XID 79"))
            let policy = try home.berth("fault", "policy", "79")
            #expect(policy.output.contains("GPU fell off the bus") && policy.output.contains("fault"))
            #expect(try home.berth("fault", "policy", "62").output.contains("an operator decides"))
            let spares = try home.berth("spares", "--shape", "block", "--availability", "99.9")
            #expect(spares.output.contains("block of hgx-h100, 64 nodes"), "\(spares.output) \(spares.error)")
            let unheld = try home.berth("fault", "report", "--tenant", "rival", "--gpu", Self.uuid, "--xid", "79")
            #expect(unheld.wait() == .exited(5))
            let typo = try home.berth(
                "fault", "report", "--tenant", "acme", "--node", "lab-h1-b1-r1-n2:9", "--xid", "79")
            #expect(typo.wait() == .exited(64), "\(typo.error)")
            try checkRules()
        }
    }
}
