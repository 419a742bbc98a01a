// Lines of MIG instances, of composed GPUs, spread and pinned, over the real socket.

import Foundation
import Testing

extension SystemTests {
    @Suite("Lines")
    struct LineTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"lines"}"#)
        }

        private static func lease(_ reservations: String) -> String {
            #"{"tenant":"acme","reservations":[\#(reservations)],"duration":"30d","capWattsPerGpu":700,"reason":"lines"}"#
        }

        private func granted(_ reservations: String) throws -> JSONValue {
            let answer = try connection.post("/v1/leases", Self.lease(reservations))
            try #require(answer.status == 201, "\(answer.text)")
            return answer.json
        }

        private func checkRules() throws {
            for rule in try home.connect().get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
        }

        @Test("MIG instances are leased, listed with their places, found again after a kill, and released")
        func instances() throws {
            let lease = try granted(#"{"shape":"mig","profile":"1g.10gb","count":9}"#)
            let id = lease["id"].string ?? ""
            #expect(lease["promised"]["gpus"].int == 0 && lease["promised"]["migInstances"].int == 9)
            #expect(lease["promised"]["watts"].int == 9 * 159)
            let line = lease["reservations"][0]
            #expect(line["shape"].string == "mig" && line["profile"].string == "1g.10gb" && line["count"].int == 9)
            #expect(line["allocation"].array.allSatisfy { $0.string?.contains(":1g.10gb@") == true }, "\(line)")

            let path = "/v1/leases/\(id)/allocation"
            let allocation = try connection.get(path)
            let nodes = allocation.json["nodes"].array
            let instances = nodes.flatMap { $0["mig"].array }
            #expect(instances.count == 9, "\(allocation.text)")
            #expect(instances.allSatisfy { $0["profile"].string == "1g.10gb" && $0["profileId"].int == 19 })
            let places = instances.map { "\($0["module"].int ?? 0)@\($0["start"].int ?? 9)" }
            #expect(Set(places).count == 9 && nodes[0]["nvlink"].isAbsent && nodes[0]["capWattsPerGpu"].int == 700)
            #expect(nodes[0]["gpus"].array.count == 2 && nodes[0]["capWatts"].int == 9 * 87)
            let name = nodes[0]["node"].string ?? ""
            #expect(try connection.get(path + "?format=hostlist").text == name + "\n")

            // Another lease shares its GPU.
            let other = try granted(#"{"shape":"mig","profile":"2g.20gb"}"#)
            let shared = try connection.get("/v1/leases/\(other["id"].string ?? "")/allocation").json["nodes"][0]
            #expect(shared["node"].string == name)
            try checkRules()

            home.kill()
            try home.start()
            let again = try home.connect()
            #expect(try again.get(path).body == allocation.body)
            let same = try again.get("/v1/leases/\(id)").json["reservations"][0]
            #expect(
                same["allocation"].description == line["allocation"].description && same["profile"].string == "1g.10gb")
            try checkRules()
            let detail = try home.berth("lease", "show", id)
            #expect(
                detail.output.contains("9 MIG instances") && detail.output.contains("9 × 1g.10gb"), "\(detail.output)")
            let released = try again.request("DELETE", "/v1/leases/\(id)?reason=x")
            #expect(released.status == 200 && released.json["delivered"]["migInstances"].isAbsent)
            try checkRules()
        }

        @Test("instances on a failed node move to another, of every lease on it")
        func replaced() throws {
            let ids = try (0..<2).map { _ in
                try granted(#"{"shape":"mig","profile":"3g.40gb"}"#)["id"].string ?? ""
            }
            let nodes = try ids.map { id in
                try connection.get("/v1/leases/\(id)/allocation").json["nodes"][0]["node"].string ?? ""
            }
            #expect(nodes[0] == nodes[1])
            let fault = try connection.post("/v1/nodes:fault", #"{"nodes":"\#(nodes[0])","reason":"XID 79"}"#)
            #expect(fault.json["replaced"].array.count == 2 && fault.json["degraded"].isAbsent, "\(fault.text)")
            for id in ids {
                let after = try connection.get("/v1/leases/\(id)/allocation").json["nodes"]
                #expect(after.array.count == 1 && after[0]["node"].string != nodes[0])
            }
            try checkRules()
        }

        @Test("a line remembers how it was asked for, and lies as it asked")
        func terms() throws {
            let lease = try granted(
                """
                {"shape":"gpu","gpus":3,"count":2,"composed":true,"within":"block","spread":{"level":"rack"}},
                {"shape":"node","count":6,"spread":{"level":"rack","max":3},
                 "pin":["lab/h1/b2","lab-h1-b3-r[1-2]-n[1-8]"]}
                """)
            let (gpus, nodes) = (lease["reservations"][0], lease["reservations"][1])
            #expect(lease["promised"]["gpus"].int == 6 + 48)
            #expect(gpus["composed"].bool == true && gpus["within"].string == "block")
            #expect(gpus["spread"]["level"].string == "rack" && gpus["spread"]["max"].int == 1)
            #expect(nodes["spread"]["max"].int == 3)
            #expect(nodes["pin"].array.compactMap(\.string) == ["lab/h1/b2", "lab/h1/b3/r[1-2]"])
            let paths = nodes["allocation"].array.compactMap(\.string)
            #expect(paths.allSatisfy { $0.hasPrefix("lab/h1/b2/") || $0.hasPrefix("lab/h1/b3/r") }, "\(paths)")
            try checkRules()
            let shown = try home.berth("lease", "show", lease["id"].string ?? "")
            #expect(shown.output.contains("at most 3 in each rack, pinned to lab/h1/b2"), "\(shown.output)")
        }

        /// Ranges of which the sizes together are more than a number holds.
        private static let huge = Array(repeating: "0-999999999999999999", count: 10).joined(separator: ",")

        static let refusals: [(line: String, pointer: String, words: String)] = [
            (#"{"shape":"mig","profile":"1g.10bg"}"#, "/profile", "did you mean 1g.10gb?"),
            (#"{"shape":"mig","profile":"1g.18gb"}"#, "/profile", "the profiles are 7g.80gb"),
            (#"{"shape":"gpu","gpus":3}"#, "/gpus", "composed"),
            (#"{"shape":"node","pin":["lab/h1/b9"]}"#, "/pin/0", "did you mean lab/h1/b"),
            (#"{"shape":"node","pin":["lab","lab-h1-b1-r1-n["]}"#, "/pin/1", "host list"),
            (#"{"shape":"node","pin":["n[\#(huge)]"]}"#, "/pin/0", "stands for more than"),
            (#"{"shape":"node","spread":{"level":"nvl72"}}"#, "/spread/level", "stands in NVL72 racks"),
            (#"{"shape":"rack","spread":{"level":"rack"}}"#, "/spread/level", "no smaller than a rack"),
            (#"{"shape":"node","within":"rack","spread":{"level":"hall"}}"#, "/spread/level", "lower levels only"),
        ]

        @Test("what no line can be is refused where it stands", arguments: refusals)
        func refused(_ line: String, _ pointer: String, _ words: String) throws {
            let answer = try connection.post("/v1/leases", Self.lease(line))
            #expect(
                answer.status == 400 && answer.json["pointer"].string == "/reservations/0" + pointer, "\(answer.text)")
            #expect(answer.text.contains(words), "\(answer.text)")
        }

        @Test("the highest cap under a key is not searched again, and what is not sound is refused as that")
        func highestCap() throws {
            func body(_ blocks: Int, _ more: String = "") -> String {
                #"{"tenant":"acme","reservations":[{"shape":"block","count":\#(blocks)}],"duration":"30d","#
                    + #""highestCap":true,"reason":"lines"\#(more)}"#
            }
            // As many blocks as there are, so that the same does not fit beside them.
            let all = try #require(
                try (1...16).reversed().first { blocks in
                    let key = ["Idempotency-Key": "all-\(blocks)"]
                    return try connection.post("/v1/leases", body(blocks), headers: key).status == 201
                })
            let again = try connection.post("/v1/leases", body(all), headers: ["Idempotency-Key": "all-\(all)"])
            #expect(again.status == 201, "\(again.text)")
            #expect(try connection.post("/v1/leases", body(all)).status == 409)
            let past = try connection.post("/v1/leases", body(1, #","start":"2020-01-01T00:00:00Z""#))
            #expect(past.status == 400 && past.json["pointer"].string == "/start", "\(past.text)")
        }

        @Test("a plan of many instances is taken by its token, however long")
        func longToken() throws {
            let body = Self.lease(#"{"shape":"mig","profile":"1g.10gb","count":300}"#)
            let plan = try connection.post("/v1/leases?dryRun=plan", body)
            let token = try #require(plan.json["planToken"].string, "\(plan.text)")
            #expect(token.utf8.count > 1_024)
            let taken = try connection.post(
                "/v1/leases", body.dropLast() + #","planToken":"\#(token)"}"#)
            #expect(taken.status == 201, "\(taken.text)")
            try checkRules()
        }

        @Test("a refusal's counter-offer has the terms of the request, and its command takes it")
        func counterOffer() throws {
            let line = #"{"shape":"node","count":40,"spread":{"level":"rack","max":2},"pin":["lab/h1/b[2-3]"]}"#
            let answer = try connection.post("/v1/leases", Self.lease(line))
            #expect(answer.status == 409, "\(answer.text)")
            let offer = try #require(answer.json["counterOffers"].array.first { $0["kind"].string == "most-now" })
            let reservation = offer["request"]["reservations"][0]
            #expect(reservation["count"].int == 32 && reservation["spread"]["max"].int == 2)
            #expect(reservation["pin"][0].string == "lab/h1/b[2-3]")
            let refused = try home.berth(
                "lease", "create", "--tenant", "acme", "--duration", "30d", "--line",
                "node:40:spread=rack/2:pin=lab/h1/b[2-3]")
            #expect(refused.wait() == .exited(3), "\(refused.output)")
            #expect(refused.error.contains("node:32:spread=rack/2:pin=lab/h1/b[2-3]"), "\(refused.error)")
            let granted = try home.berth(
                "lease", "create", "--tenant", "acme", "--duration", "30d", "--line",
                "node:32:spread=rack/2:pin=lab/h1/b[2-3]")
            #expect(granted.wait() == .exited(0), "\(granted.error)")
            try checkRules()
        }
    }
}
