// Who may do what, by the kernel's word on who calls.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Roles", .enabled(if: geteuid() == 0 && ThreadUser.isAvailable, "calling as another user needs root"))
    struct RoleTests {
        private static let (acme, rival, auditor, actuator, nobody) = (42_001, 42_002, 42_003, 42_004, 42_005)
        private static let group = 42_100
        private let home: DaemonHome
        private let connection: HTTPConnection
        private let rivalLease: String

        init() throws {
            home = try DaemonHome()
            home.config = try home.folder.write(
                """
                roles:
                  auditors: ["user:\(Self.auditor)"]
                  actuators: ["user:\(Self.actuator)"]
                  tenants: ["user:\(Self.acme)=acme", "group:\(Self.rival)=rival"]

                """, to: "berthd.yaml")
            try home.start(initialise: true)
            connection = try home.connect()
            for tenant in ["acme", "rival"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"quota":{"gpus":64},"reason":"roles"}"#)
                _ = try connection.request(
                    "PUT", "/v1/contracts/\(tenant)-1", #"{"tenant":"\#(tenant)","reason":"roles"}"#)
            }
            rivalLease = try #require(
                try connection.post("/v1/leases", Self.lease("rival", "node")).json["id"].string)
            // As a service manager does, the socket's group is the one that callers are in.
            #expect(chown(home.socket, 0, gid_t(Self.group)) == 0)
        }

        private static func lease(_ tenant: String, _ shape: String = #"gpu","gpus":1,"name":"one"#) -> String {
            #"{"tenant":"\#(tenant)","reservations":[{"shape":"\#(shape)"}],"duration":"30d","reason":"roles"}"#
                .replacing(#""gpus":1,"name":"one"}"#, with: #""gpus":1}"#)
        }

        /// Sends requests as another user, each with what it is answered.
        private func answers(as uid: Int, gid: Int = group, _ requests: [Request]) throws -> [HTTPAnswer] {
            let socket = home.socket
            return try concurrently(1) { _ in
                Result {
                    try ThreadUser.become(uid: uid, gid: gid)
                    let connection = try HTTPConnection(path: socket)
                    return try requests.map { try connection.request($0.method, $0.target, $0.body) }
                }
            }[0].get()
        }

        struct Request: Sendable {
            var method = "GET"
            var target: String
            var body: String?
        }

        @Test("a tenant sees its own and nothing of others: 404, no revision, no figures, nobody's names")
        func tenant() throws {
            let own = try answers(
                as: Self.acme,
                [
                    Request(method: "POST", target: "/v1/leases", body: Self.lease("acme")),
                    Request(target: "/v1/leases"), Request(target: "/v1/tenants/acme"),
                    Request(target: "/v1/tenants/acme/allocation"), Request(target: "/v1/contracts"),
                    Request(target: "/v1/leases?tenant=acme"), Request(target: "/v1/tenants/acme/ledger"),
                ])
            #expect(own.map(\.status) == [201, 200, 200, 200, 200, 200, 200], "\(own.map(\.text))")
            for answer in own {
                #expect(answer.headers["berth-revision"] == nil)
                #expect(!answer.text.contains("rival") && answer.json["decision"].isAbsent, "\(answer.text)")
            }
            #expect(own[1].json["leases"].array.count == 1 && own[4].json["contracts"].array.count == 1)
            let id = own[0].json["id"].string ?? ""

            let allocation = try connection.get("/v1/leases/\(rivalLease)/allocation").json
            let rivalNode = try #require(allocation["nodes"][0]["node"].string)
            let fault = #"{"nodes":[{"node":"\#(rivalNode)"}],"xid":62}"#
            let rivalFault = try #require(
                try connection.post("/v1/tenants/rival/faults", fault).json["faults"][0]["id"].string)
            let stranger = try answers(
                as: Self.acme, [Request(method: "POST", target: "/v1/tenants/acme/faults", body: fault)])
            #expect(stranger[0].status == 404 && stranger[0].json["detail"].string == "you hold no \(rivalNode)")
            let hidden = try answers(
                as: Self.acme,
                [
                    Request(target: "/v1/leases/\(rivalLease)"), Request(target: "/v1/leases/l-nothing"),
                    Request(target: "/v1/leases/\(rivalLease)/allocation"),
                    Request(method: "DELETE", target: "/v1/leases/\(rivalLease)?reason=x"),
                    Request(target: "/v1/tenants/rival"), Request(target: "/v1/tenants/none"),
                    Request(target: "/v1/tenants/rival/allocation?index=1&wait=300s"),
                    Request(target: "/v1/contracts/rival-1"), Request(target: "/v1/contracts/none"),
                    Request(target: "/v1/leases?tenant=rival"), Request(target: "/v1/leases?tenant=none"),
                    Request(target: "/v1/tenants/rival/ledger"), Request(target: "/v1/tenants/none/ledger"),
                    Request(target: "/v1/tenants/rival/faults"), Request(target: "/v1/tenants/none/faults"),
                    Request(target: "/v1/faults/\(rivalFault)"), Request(target: "/v1/faults/f-nothing"),
                ])
            #expect(hidden.allSatisfy { $0.status == 404 && $0.isProblem }, "\(hidden.map(\.text))")
            func words(_ answer: HTTPAnswer) -> String { answer.json["detail"].string ?? "" }
            for (one, other) in [(0, 1), (4, 5), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16)] {
                #expect(words(hidden[one]) == words(hidden[other]))
            }

            let forbidden = try answers(
                as: Self.acme,
                [
                    "/v1/status", "/v1/nodes", "/v1/faults", "/v1/domains", "/v1/budgets", "/v1/tenants", "/v1/verify",
                    "/v1/fleet",
                ].map {
                    Request(target: $0)
                } + [
                    Request(method: "PUT", target: "/v1/tenants/acme", body: #"{"reason":"more"}"#),
                    Request(
                        method: "POST", target: "/v1/nodes:cordon", body: #"{"nodes":"lab-h1-b1-r1-n1","reason":"x"}"#),
                    Request(method: "POST", target: "/v1/backup", body: #"{"path":"/tmp/x"}"#),
                    Request(method: "POST", target: "/v1/leases", body: Self.lease("rival")),
                ])
            #expect(forbidden.allSatisfy { $0.status == 403 && $0.isProblem }, "\(forbidden.map(\.text))")

            // Its index moves with its own changes alone.
            let before = try #require(own[3].headers["berth-index"])
            for _ in 0..<5 { _ = try connection.post("/v1/leases", Self.lease("rival")) }
            let after = try answers(
                as: Self.acme,
                [Request(target: "/v1/tenants/acme/allocation"), Request(target: "/v1/leases/\(id)")])
            #expect(after[0].headers["berth-index"] == before && after[0].body == own[3].body)
        }

        @Test("a tenant is offered capacity for itself, without figures of the fleet and without a word of others")
        func offers() throws {
            func ask(_ tenant: String, _ shape: String, _ more: String = "") -> Request {
                let body = #"{"tenant":"\#(tenant)","reservations":[{"shape":"\#(shape)"}],"duration":"9d"\#(more)}"#
                return Request(method: "POST", target: "/v1/offers", body: body)
            }
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"no quota"}"#)
            for block in 0..<3 {
                _ = try connection.request("PUT", "/v1/tenants/whale-\(block)", #"{"reason":"roles"}"#)
                _ = try connection.post("/v1/leases", Self.lease("whale-\(block)", #"block","name":"x"#))
            }
            let answers = try answers(
                as: Self.acme,
                [
                    ask("acme", "node"), ask("rival", "node"), ask("acme", "block", #","earliest":{}"#),
                    ask("acme", #"rack","count":16,"name":"x"#), ask("acme", "node", #","contract":"rival-1""#),
                ])
            #expect(answers.map(\.status) == [200, 403, 200, 409, 400], "\(answers.map(\.text))")
            for answer in [answers[0], answers[2], answers[3]] {
                #expect(answer.headers["berth-revision"] == nil)
                for word in ["whale", "rival", rivalLease, "packing\"", "wholeBlocks", "stranded"] {
                    #expect(!answer.text.contains(word), "\(answer.text)")
                }
                for blocker in answer.json["blockers"].array where blocker["kind"].string == "booking" {
                    #expect(blocker["from"].isAbsent && blocker["name"].string == "other commitments", "\(blocker)")
                }
            }
            #expect(!answers[2].json["blockers"].array.isEmpty && !answers[3].json["counterOffers"].array.isEmpty)
            let taken = try self.answers(
                as: Self.acme,
                [Request(method: "POST", target: "/v1/leases", body: answers[0].json["offers"][0]["request"].text)])
            #expect(taken[0].status == 201, "\(taken[0].text)")
        }

        @Test("a refusal tells a tenant of other commitments, without names or times")
        func refusal() throws {
            for block in 0..<4 {
                _ = try connection.request("PUT", "/v1/tenants/whale-\(block)", #"{"reason":"roles"}"#)
                _ = try connection.post("/v1/leases", Self.lease("whale-\(block)", #"rack","count":7,"name":"x"#))
            }
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"no quota"}"#)
            let refused = try answers(
                as: Self.acme,
                [
                    Request(
                        method: "POST", target: "/v1/leases", body: Self.lease("acme", #"block","count":4,"name":"x"#))
                ])[0]
            #expect(refused.status == 409, "\(refused.text)")
            for word in ["whale", "rival", rivalLease] { #expect(!refused.text.contains(word), "\(refused.text)") }
            for blocker in refused.json["blockers"].array where blocker["kind"].string == "booking" {
                #expect(blocker["from"].isAbsent && blocker["until"].isAbsent, "\(blocker)")
                #expect(blocker["name"].string == "other commitments")
            }
        }

        @Test("a tenant's pages go on where they stopped")
        func pages() throws {
            for _ in 0..<7 { #expect(try connection.post("/v1/leases", Self.lease("acme")).status == 201) }
            let whole = try answers(as: Self.acme, [Request(target: "/v1/leases")])[0].json["leases"].array
            var found: [String] = []
            var cursor: String?
            repeat {
                let target = "/v1/leases?limit=3" + (cursor.map { "&cursor=\($0)" } ?? "")
                let page = try answers(as: Self.acme, [Request(target: target)])[0]
                try #require(page.status == 200, "\(page.text)")
                found += page.json["leases"].array.compactMap { $0["id"].string }
                cursor = page.json["cursor"].string
            } while cursor != nil
            #expect(found == whole.compactMap { $0["id"].string } && found.count == 7)
            // Which revision there is would tell how much others change.
            let revision = try answers(as: Self.acme, [Request(target: "/v1/leases?minRevision=1")])[0]
            #expect(revision.status == 400 && revision.json["type"].string == "errors#unknown-parameter")
        }

        @Test("an auditor reads everything and changes nothing; an actuator reports on hardware")
        func others() throws {
            let reads = [
                "/v1/status", "/v1/leases", "/v1/leases/\(rivalLease)", "/v1/tenants", "/v1/verify", "/v1/nodes",
            ]
            let audited = try answers(as: Self.auditor, reads.map { Request(target: $0) })
            #expect(audited.allSatisfy { $0.status == 200 && $0.headers["berth-revision"] != nil })
            let fault = Request(
                method: "POST", target: "/v1/nodes:fault", body: #"{"nodes":"lab-h1-b4-r1-n1","reason":"XID 79"}"#)
            let writes = [
                Request(method: "POST", target: "/v1/leases", body: Self.lease("acme")),
                Request(method: "DELETE", target: "/v1/leases/\(rivalLease)?reason=x"),
                Request(method: "PUT", target: "/v1/tenants/new", body: "{}"), fault,
                Request(method: "POST", target: "/v1/backup", body: #"{"path":"/tmp/x"}"#),
            ]
            let refused = try answers(as: Self.auditor, writes)
            #expect(refused.allSatisfy { $0.status == 403 && $0.isProblem }, "\(refused.map(\.text))")
            let reported = try answers(
                as: Self.actuator,
                [fault, Request(method: "POST", target: "/v1/nodes:cordon", body: fault.body), writes[0]])
            #expect(reported.map(\.status) == [200, 403, 403])
            let nodes = "/v1/nodes?state=assigned"
            #expect(try answers(as: Self.auditor, [Request(target: nodes)])[0].text.contains("rival"))
            #expect(try !answers(as: Self.actuator, [Request(target: nodes)])[0].text.contains("rival"))

            let readings = Request(
                method: "POST", target: "/v1/telemetry",
                body: #"{"source":"s","readings":[{"node":"lab-h1-b4-r1-n2","watts":5000}]}"#)
            let figures = ["/v1/alerts", "/metrics", "/v1/budgets/lab-meter/history"].map { Request(target: $0) }
            #expect(try answers(as: Self.actuator, [readings] + figures).map(\.status) == [200, 200, 200, 200])
            #expect(try answers(as: Self.auditor, [readings] + figures).map(\.status) == [403, 200, 200, 200])
            let forecast = Request(target: "/v1/forecast")
            #expect(try answers(as: Self.auditor, [forecast])[0].status == 200)
            #expect(try answers(as: Self.actuator, [forecast])[0].status == 403)
            #expect(try answers(as: Self.acme, [readings, forecast] + figures).allSatisfy { $0.status == 403 })
        }

        @Test("a supplementary group of the process gives its role; one that only its user's name has does not")
        func supplementary() throws {
            func status(_ groups: [gid_t]) throws -> Int {
                let socket = home.socket
                return try concurrently(1) { _ in
                    Result {
                        try ThreadUser.become(uid: Self.nobody, gid: Self.group, groups: groups)
                        return try HTTPConnection(path: socket).get("/v1/tenants/rival").status
                    }
                }[0].get()
            }
            #expect(try status([]) == 403)
            #expect(try status([gid_t(Self.rival)]) == 200)
            // More than fit into the first look.
            #expect(try status((50_000..<50_200).map { gid_t($0) } + [gid_t(Self.rival)]) == 200)
            #expect(try status((50_000..<50_200).map { gid_t($0) }) == 403)
        }

        @Test("a user without a role gets 403 everywhere, and one outside the socket's group gets no connection")
        func strangers() throws {
            for target in ["/v1/status", "/v1/leases", "/healthz"] {
                let answer = try answers(as: Self.nobody, [Request(target: target)])[0]
                #expect(answer.status == 403 && answer.isProblem)
                #expect(!answer.text.contains("rival"))
            }
            #expect(throws: SystemFault.self) {
                try answers(as: Self.acme, gid: Self.rival, [Request(target: "/v1/leases")])
            }
        }
    }
}

/// Another user for one thread alone: glibc's calls change every thread, the kernel's change the caller's.
enum ThreadUser {
    private typealias SystemCall = @convention(c) (Int, Int, Int, Int) -> Int
    // From <asm/unistd.h>, which Swift cannot read.
    #if arch(x86_64)
        private static let (setgroups, setresgid, setresuid) = (116, 119, 117)
    #else
        private static let (setgroups, setresgid, setresuid) = (159, 149, 147)
    #endif
    private static let call: SystemCall? = dlsym(nil, "syscall").map { unsafeBitCast($0, to: SystemCall.self) }

    static var isAvailable: Bool { call != nil }

    /// For a thread that ends afterwards: it never becomes root again.
    static func become(uid: Int, gid: Int, groups: [gid_t] = []) throws {
        guard let call else { throw Unexpected("there is no syscall()") }
        let areSet = groups.withUnsafeBufferPointer {
            call(setgroups, groups.count, Int(bitPattern: $0.baseAddress), 0) == 0
        }
        guard areSet, call(setresgid, gid, gid, gid) == 0, call(setresuid, uid, uid, uid) == 0
        else { throw SystemFault("becoming user \(uid)") }
    }
}
