// Good requests with the bodies of the control API, and what they change.

import Foundation
import Testing

extension SystemTests {
    @Suite("Requests")
    struct RequestTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"requests"}"#)
        }

        private static func lease(_ reservations: String, _ more: String = "") -> String {
            #"{"tenant":"acme","reservations":[\#(reservations)],"duration":"30d","reason":"requests"\#(more)}"#
        }

        private func checkRules() throws {
            for rule in try connection.get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
        }

        @Test("a lease of several lines is granted with its place, and read back where Location says")
        func create() throws {
            #expect(
                try connection.request(
                    "PUT", "/v1/contracts/acme-1",
                    #"{"tenant":"acme","price":{"perMonth":{"currency":"USD","micros":5000000}},"reason":"r"}"#
                ).status == 201)
            let answer = try connection.post(
                "/v1/leases",
                """
                {"tenant":"acme","contract":"acme-1","reservations":[
                  {"name":"blocks","shape":"block","count":1,"gpu":["H100"]},
                  {"name":"rest","shape":"node","count":3,"gpu":["H100"],"within":"rack"}],
                 "sites":["lab"],"end":"2036-06-01T00:00:00Z","capWattsPerGpu":500,"class":"guaranteed",
                 "reason":"first delivery"}
                """)
            try #require(answer.status == 201, "\(answer.text)")
            let lease = answer.json
            #expect(answer.headers["location"] == "/v1/leases/\(lease["id"].string ?? "")")
            #expect(lease["state"].string == "active" && lease["promised"]["gpus"].int == 536)
            #expect(lease["reservations"][0]["allocation"].array.count == 1)
            #expect(lease["decision"]["wholeBlocksLeft"].int == 2)
            let shown = try connection.get(answer.headers["location"] ?? "")
            #expect(shown.status == 200 && shown.json["id"].string == lease["id"].string)
            #expect(shown.headers["berth-revision"] == answer.headers["berth-revision"])
            let contract = try connection.get("/v1/contracts/acme-1").json
            #expect(contract["leases"].int == 1 && contract["terms"]["price"]["perMonth"]["micros"].int == 5_000_000)
            #expect(try connection.request("DELETE", "/v1/contracts/acme-1").status == 409)
            try checkRules()
        }

        @Test("a plan changes nothing, is taken exactly as planned, and is refused once overtaken")
        func plan() throws {
            let body = Self.lease(#"{"shape":"node","count":4}"#)
            let revision = try connection.get("/v1/status").json["revision"].int
            let plan = try connection.post("/v1/leases?dryRun=plan", body)
            try #require(plan.status == 200, "\(plan.text)")
            let token = try #require(plan.json["planToken"].string)
            #expect(try connection.get("/v1/status").json["revision"].int == revision)
            let planned = plan.json["reservations"][0]["allocation"].description
            let withToken = Self.lease(#"{"shape":"node","count":4}"#, #","planToken":"\#(token)""#)
            let taken = try connection.post("/v1/leases", withToken)
            #expect(taken.status == 201 && taken.json["reservations"][0]["allocation"].description == planned)
            let again = try connection.post("/v1/leases", withToken)
            #expect(again.status == 409 && again.json["type"].string == "errors#plan-overtaken", "\(again.text)")
        }

        @Test("an atomic batch is granted whole or not at all; another answers for each")
        func batch() throws {
            let (fits, tooMuch) = (Self.lease(#"{"shape":"block"}"#), Self.lease(#"{"shape":"block","count":9}"#))
            let revision = try connection.get("/v1/status").json["revision"].int
            let refused = try connection.post(
                "/v1/leases:batch", #"{"atomic":true,"leases":[\#(fits),\#(tooMuch)]}"#)
            #expect(refused.status == 409 && refused.json["pointer"].string == "/leases/1", "\(refused.text)")
            #expect(!refused.json["blockers"].array.isEmpty)
            #expect(try connection.get("/v1/status").json["revision"].int == revision)
            let each = try connection.post(
                "/v1/leases:batch", #"{"atomic":false,"leases":[\#(fits),\#(tooMuch),\#(fits)]}"#)
            #expect(each.status == 200, "\(each.text)")
            let results = each.json["results"]
            #expect(results[0]["lease"]["id"].string != nil && results[2]["lease"]["id"].string != nil)
            #expect(results[1]["problem"]["status"].int == 409 && results[1]["lease"].isAbsent)
            let all = try connection.post("/v1/leases:batch", #"{"atomic":true,"leases":[\#(fits),\#(fits)]}"#)
            #expect(all.status == 201 && all.json["results"].array.count == 2, "\(all.text)")
            try checkRules()
        }

        @Test("an allocation reads the same in all formats")
        func allocation() throws {
            let id = try #require(
                try connection.post(
                    "/v1/leases", Self.lease(#"{"shape":"gpu","gpus":2},{"shape":"node","count":9}"#)
                ).json["id"].string)
            let path = "/v1/leases/\(id)/allocation"
            let json = try connection.get(path)
            let nodes = json.json["nodes"].array
            let names = nodes.compactMap { $0["node"].string }
            #expect(json.headers["content-type"] == "application/json" && names.count == 10 && names == names.sorted())
            let partition = try #require(nodes.first { $0["gpus"].array.count == 2 })
            #expect(partition["nvlink"]["partition"].int != nil && partition["numa"].array.count == 1)
            #expect(nodes.allSatisfy { $0["capWatts"].int == $0["capWattsPerGpu"].int! * $0["gpus"].array.count })
            #expect(try connection.get(path + "?format=json").body == json.body)
            let hostList = try connection.get(path + "?format=hostlist").text
            #expect(hostList.contains("[1-8]") && hostList.hasSuffix("\n"), "\(hostList)")
            // A reservation in Slurm would take the rest of the node as well.
            let parts = try connection.get(path + "?format=slurm")
            #expect(parts.status == 409 && parts.text.contains("format=hostlist"), "\(parts.text)")
            let whole = try #require(
                try connection.post("/v1/leases", Self.lease(#"{"shape":"node","count":3}"#)).json["id"].string)
            let list = try connection.get("/v1/leases/\(whole)/allocation?format=hostlist").text
            let slurm = try connection.get("/v1/leases/\(whole)/allocation?format=slurm").text
            #expect(slurm.hasPrefix("ReservationName=\(whole) ") && slurm.contains(list.dropLast()), "\(slurm)")
            let kubernetes = try connection.get(path + "?format=kubernetes").json
            let terms = kubernetes["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
            let values = terms["nodeSelectorTerms"][0]["matchExpressions"][0]["values"].array.compactMap(\.string)
            #expect(values == names)
            let plain = try connection.get(path + "?format=plain").text
            #expect(plain.split(separator: "\n").map(String.init) == names && plain.hasSuffix("\n"))
            let groups = try Self.groups(ofInventory: connection.get(path + "?format=ansible").text)
            let domains = Set(nodes.compactMap { $0["domain"].string })
            let group = "berth_" + id.replacing("-", with: "_")
            #expect(groups.count == domains.count + 1 + groups.keys.count { $0.hasSuffix(":vars") }, "\(groups)")
            #expect(try #require(groups[group + ":vars"]) == ["berth_lease=\(id)"])
            let members = try #require(groups[group + ":children"]).flatMap { groups[$0] ?? [] }
            #expect(members.sorted() == names, "\(groups)")
            #expect(Set(groups.values.flatMap(\.self)).isSuperset(of: domains.map { "berth_domain=\($0)" }))
            #expect(try connection.get(path + "?format=punchcard").status == 400)
        }

        /// The lines under each heading of an inventory in Ansible's INI form.
        private static func groups(ofInventory text: String) throws -> [String: [String]] {
            var groups: [String: [String]] = [:]
            var name: String?
            for line in text.split(separator: "\n") {
                if line.hasPrefix("["), line.hasSuffix("]") {
                    name = String(line.dropFirst().dropLast())
                    groups[name!] = []
                } else {
                    groups[try #require(name, "\(line) stands under no heading")]?.append(String(line))
                }
            }
            return groups
        }

        @Test("a read waits for the revision it names, and one that cannot come is told so")
        func minRevision() throws {
            let answer = try connection.post("/v1/leases", Self.lease(#"{"shape":"gpu","gpus":1}"#))
            let revision = try #require(answer.headers["berth-revision"].flatMap { Int($0) })
            let other = try home.connect()
            #expect(try other.get("/v1/status?minRevision=\(revision)").json["revision"].int ?? 0 >= revision)
            let future = try other.get("/v1/leases?minRevision=\(revision + 1_000)")
            #expect(future.status == 400 && future.isProblem, "\(future.text)")
            #expect(try other.request("DELETE", "/v1/cohorts/c?minRevision=1").status == 400)
        }

        @Test("pages put together are the whole list, in order and without repeats")
        func pages() throws {
            let leases = (0..<25).map { _ in Self.lease(#"{"shape":"gpu","gpus":1}"#) }.joined(separator: ",")
            #expect(try connection.post("/v1/leases:batch", #"{"atomic":true,"leases":[\#(leases)]}"#).status == 201)
            for (path, field, name, limit) in [
                ("/v1/leases?tenant=acme", "leases", "id", 7), ("/v1/nodes?within=lab", "nodes", "name", 100),
                ("/v1/domains?level=rack", "domains", "path", 5), ("/v1/budgets?minRevision=1", "budgets", "name", 1),
                ("/v1/tenants?minRevision=1", "tenants", "name", 1),
            ] {
                let whole = try connection.get(path + "&limit=1000").json
                #expect(whole["cursor"].isAbsent)
                let expected = whole[field].array.compactMap { $0[name].string }
                var found: [String] = []
                var cursor: String?
                repeat {
                    let at = cursor.map { "&cursor=\($0)" } ?? ""
                    let page = try connection.get(path + "&limit=\(limit)" + at)
                    try #require(page.status == 200, "\(page.text)")
                    #expect(page.json[field].array.count <= limit)
                    found += page.json[field].array.compactMap { $0[name].string }
                    cursor = page.json["cursor"].string
                } while cursor != nil
                #expect(found == expected && Set(found).count == found.count, "\(path)")
            }
        }

        @Test("domains, budgets and timelines count what is leased")
        func hardware() throws {
            let before = try connection.get("/v1/budgets?kind=power").json["budgets"][0]
            let lease = try connection.post("/v1/leases", Self.lease(#"{"shape":"block"}"#)).json
            let domains = try connection.get("/v1/domains?level=block").json["domains"].array
            #expect(domains.count == 4)
            #expect(domains.reduce(0) { $0 + ($1["gpus"]["leased"].int ?? 0) } == 512)
            #expect(domains.count { $0["largestShapeFree"]["shape"].string == "block" } == 3)
            let within = try connection.get("/v1/domains?level=rack&within=lab/h1/b2").json["domains"].array
            #expect(within.count == 8 && within.allSatisfy { $0["path"].string?.hasPrefix("lab/h1/b2/") == true })
            let after = try connection.get("/v1/budgets?kind=power").json["budgets"][0]
            #expect(after["name"].string == "lab-meter")
            #expect(try #require(after["committedWatts"].int) > (before["committedWatts"].int ?? .max))
            #expect(after["headroomWatts"].int == (after["limitWatts"].int ?? 0) - (after["committedWatts"].int ?? 0))
            let timeline = try connection.get("/v1/budgets/lab-meter/timeline").json
            #expect(timeline["committed"][0]["watts"].int == after["committedWatts"].int)
            let end = try #require(lease["end"].string)
            #expect(timeline["committed"].array.contains { $0["at"].string == end }, "\(timeline)")
            #expect(timeline["limit"][0]["watts"].int == 10_000_000)
            #expect(try connection.get("/v1/budgets?kind=cooling").json["budgets"].array.count == 1)
        }

        @Test("every node verb does what it says, and undoes it")
        func nodes() throws {
            let name = "lab-h1-b1-r1-n1"
            func state() throws -> String? {
                try connection.get("/v1/nodes?within=lab/h1/b1/r1").json["nodes"].array
                    .first { $0["name"].string == name }?["state"].string
            }
            func apply(_ verb: String, expecting state: String) throws {
                let answer = try connection.post(
                    "/v1/nodes:\(verb)", #"{"nodes":"\#(name)","reason":"because of \#(verb)"}"#)
                #expect(answer.status == 200 && answer.json["nodes"].int == 1, "\(verb): \(answer.text)")
                #expect(try self.connection.get("/v1/nodes?within=lab/h1/b1/r1").status == 200)
                #expect(try nodeState() == state, "\(verb)")
            }
            func nodeState() throws -> String? { try state() }
            #expect(try state() == "free")
            try apply("cordon", expecting: "cordoned")
            let cordoned = try connection.get("/v1/nodes?state=cordoned").json["nodes"]
            #expect(cordoned.array.count == 1 && cordoned[0]["reason"].string == "because of cordon")
            #expect(cordoned[0]["by"].string?.hasPrefix("uid:") == true)
            try apply("uncordon", expecting: "free")
            try apply("drain", expecting: "drained")
            try apply("undrain", expecting: "free")
            try apply("fault", expecting: "faulty")
            let repaired = try connection.post("/v1/nodes:repair", #"{"nodes":"\#(name)","reason":"new board"}"#)
            #expect(repaired.status == 200)
            #expect(["repair", "validating", "free"].contains(try state()))
            let validated = try connection.post("/v1/nodes:validated", #"{"nodes":"\#(name)","reason":"passed"}"#)
            #expect([200, 409].contains(validated.status), "\(validated.text)")
            #expect(try state() == "free")

            let all = try connection.post("/v1/leases", Self.lease(#"{"shape":"rack","count":32}"#)).json
            #expect(try state() == "assigned")
            let fault = try connection.post("/v1/nodes:fault", #"{"nodes":"\#(name)","reason":"XID 79"}"#)
            #expect(fault.json["degraded"][0].string == all["id"].string, "\(fault.text)")
            let lease = try connection.get("/v1/leases/\(all["id"].string ?? "")").json
            #expect(lease["conditions"][0]["type"].string == "Degraded")
            #expect(lease["delivered"]["gpus"].int == 2_040 && lease["promised"]["gpus"].int == 2_048)
            try checkRules()
        }

        @Test("a verb takes paths as well as names, and an unknown one is answered with the nearest")
        func nodesByPath() throws {
            func cordoned() throws -> [String] {
                try connection.get("/v1/nodes?state=cordoned").json["nodes"].array.compactMap { $0["name"].string }
            }
            let rack = try home.berth("nodes", "cordon", "lab/h1/b1/r1", "--reason", "a cable tray")
            #expect(rack.wait() == .exited(0), "\(rack.error)")
            let nodes = try cordoned()
            #expect(nodes.count > 1 && nodes.allSatisfy { $0.hasPrefix("lab-h1-b1-r1-n") }, "\(nodes)")
            let one = try connection.post("/v1/nodes:uncordon", #"{"nodes":"lab/h1/b1/r1/n1","reason":"checked"}"#)
            #expect(one.json["nodes"].int == 1, "\(one.text)")
            #expect(try cordoned() == nodes.filter { $0 != "lab-h1-b1-r1-n1" })
            let wrong = try connection.post("/v1/nodes:drain", #"{"nodes":"lab/h1/b1/r0","reason":"x"}"#)
            #expect(wrong.status == 400 && wrong.json["pointer"].string == "/nodes", "\(wrong.text)")
            #expect(wrong.text.contains("did you mean lab"), "\(wrong.text)")
        }

        @Test("a lease is cancelled before its start and released after it")
        func delete() throws {
            let now = try connection.post("/v1/leases", Self.lease(#"{"shape":"node"}"#)).json["id"].string ?? ""
            let future = try connection.post(
                "/v1/leases",
                #"{"tenant":"acme","reservations":[{"shape":"node"}],"start":"2036-01-01T00:00:00Z","duration":"1d"}"#)
            #expect(future.json["state"].string == "scheduled")
            let cancelled = try connection.request("DELETE", "/v1/leases/\(future.json["id"].string ?? "")?reason=x")
            #expect(cancelled.status == 200 && cancelled.json["state"].string == "cancelled")
            let released = try connection.request("DELETE", "/v1/leases/\(now)?reason=x")
            #expect(released.status == 200 && ["ending", "expired"].contains(released.json["state"].string ?? ""))
        }

        @Test("the same key gives the same success after a restart, for leases, releases and batches")
        func keys() throws {
            let (one, two) = (["Idempotency-Key": "one"], ["Idempotency-Key": "two"])
            let three = ["Idempotency-Key": "three"]
            let body = Self.lease(#"{"shape":"node"}"#)
            let batch = #"{"atomic":true,"leases":[\#(body),\#(body)]}"#
            let id = try #require(try connection.post("/v1/leases", body, headers: one).json["id"].string)
            let delete = "/v1/leases/\(id)?reason=x"
            #expect(try connection.request("DELETE", delete, headers: two).status == 200)
            let ids = try connection.post("/v1/leases:batch", batch, headers: three).json["results"].array
                .compactMap { $0["lease"]["id"].string }
            #expect(ids.count == 2)
            home.kill()
            try home.start()
            let again = try home.connect()
            let repeated = try again.post("/v1/leases", body, headers: one)
            #expect(repeated.status == 201 && repeated.json["id"].string == id, "\(repeated.text)")
            #expect(try again.request("DELETE", delete, headers: two).status == 200)
            #expect(
                try again.post("/v1/leases:batch", batch, headers: three).json["results"].array
                    .compactMap { $0["lease"]["id"].string } == ids)
            #expect(try again.get("/v1/leases?state=active").json["leases"].array.count == 2)
        }
    }
}
