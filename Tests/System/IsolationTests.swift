// A tenant learns nothing of another: every route is tried with all that the other one has.

import ControlAPI
import Foundation
import HTTPTypes
import Testing

@testable import ControlServer

extension SystemTests {
    /// The first tenant is `rival`; `acme` tries. Both come over TCP with tokens, so that nothing but the role is theirs.
    @Suite("Isolation")
    struct IsolationTests {
        private let home: DaemonHome
        private let operatorConnection: HTTPConnection
        private let rival: Holder
        private let acme: Holder

        /// A tenant with one of everything.
        private struct Holder {
            let name: String
            let token: String
            let connection: HTTPConnection
            /// Ids by the pattern of the route in which they stand.
            var ids: [String: String] = [:]
            /// Words that nobody else may see.
            var secrets: [String] = []
            var planToken = ""
            var cursor = ""

            func ask(
                _ method: String, _ target: String, _ body: String? = nil, headers: [String: String] = [:]
            ) throws -> HTTPAnswer {
                try connection.request(
                    method, target, body, headers: headers.merging(["Authorization": "Bearer \(token)"]) { $1 })
            }
        }

        init() throws {
            home = try DaemonHome()
            home.config = try home.folder.write(
                "tcp: {plainLoopback: \"127.0.0.1:0\"}\nlimits: {searchesBurst: 100000}\n", to: "berthd.yaml")
            try home.start(initialise: true)
            operatorConnection = try home.connect()
            let port = try #require(try home.ports().first)
            (rival, acme) = (
                try Self.holder("rival", operatorConnection, port), try Self.holder("acme", operatorConnection, port)
            )
        }

        private static func lease(_ tenant: String, _ shape: String = #""shape":"node""#, _ more: String = "") -> String
        {
            #"{"tenant":"\#(tenant)","reservations":[{\#(shape)}],"duration":"30d","reason":"of \#(tenant) alone"\#(more)}"#
        }

        private static func holder(_ name: String, _ boss: HTTPConnection, _ port: UInt16) throws -> Holder {
            func done(_ answer: HTTPAnswer) throws -> JSONValue {
                try #require((200..<300).contains(answer.status), "\(answer.text)")
                return answer.json
            }
            _ = try done(
                try boss.request(
                    "PUT", "/v1/tenants/\(name)", #"{"description":"the \#(name) people","reason":"isolation"}"#))
            let terms =
                #"{"tenant":"\#(name)","description":"terms of \#(name)","transfers":{"approval":false},"reason":"r"}"#
            let contract = try boss.request("PUT", "/v1/contracts/\(name)-terms", terms)
            if contract.status >= 300 {
                _ = try done(
                    try boss.request(
                        "PUT", "/v1/contracts/\(name)-terms",
                        #"{"tenant":"\#(name)","description":"terms of \#(name)","reason":"r"}"#))
            }
            let made = try done(
                try boss.post(
                    "/v1/tenants/\(name)/tokens",
                    #"{"name":"\#(name)-token","scopes":["read","request","report","tokens"]}"#))
            let token = try #require(made["token"].string)
            var holder = Holder(name: name, token: token, connection: try HTTPConnection(port: port))
            let lease = try done(
                try holder.ask(
                    "POST", "/v1/leases", Self.lease(name, #""shape":"node","count":2"#, #","label":"\#(name)-label""#),
                    headers: ["Idempotency-Key": "shared"]))
            let other = try done(try holder.ask("POST", "/v1/leases", Self.lease(name)))
            let id = try #require(lease["id"].string)
            let nodes = try done(try holder.ask("GET", "/v1/leases/\(id)/allocation"))["nodes"].array
                .compactMap { $0["node"].string }
            let fault = try done(
                try holder.ask(
                    "POST", "/v1/tenants/\(name)/faults",
                    #"{"nodes":[{"node":"\#(nodes[0])"}],"text":"\#(name) saw it"}"#))
            let planned = try done(try holder.ask("POST", "/v1/leases?dryRun=plan", Self.lease(name)))
            holder.planToken = try #require(planned["planToken"].string)
            holder.cursor = try #require(try done(try holder.ask("GET", "/v1/leases?limit=1"))["cursor"].string)
            holder.ids = [
                "leases": id, "tenants": name, "contracts": "\(name)-terms", "cohorts": "\(name)-cohort",
                "faults": try #require(fault["faults"][0]["id"].string), "tokens": try #require(made["id"].string),
                "transfers": "r-\(name)", "subleases": "s-\(name)", "notices": "n-\(name)", "approvals": "a-\(name)",
                "budgets": "lab-meter",
                "load-targets": "\(name)-target", "maintenance": "\(name)-works",
            ]
            // Another one's tenant name may be typed by whoever tries; all else comes from the daemon.
            holder.secrets =
                ["\(name)-terms", "\(name)-label", "\(name)-token", "\(name) people", "\(name) saw", "of \(name)", id]
                + nodes + [try #require(other["id"].string), holder.ids["faults"]!, holder.ids["tokens"]!]
            return holder
        }

        /// A transfer and a notice of the rival's, made by what the contracts and the operator allow.
        private func withMore(_ holder: Holder) throws -> Holder {
            var holder = holder
            let id = holder.ids["leases"]!
            _ = try operatorConnection.request("PUT", "/v1/tenants/third", #"{"reason":"isolation"}"#)
            let transfer = try operatorConnection.post(
                "/v1/transfers", #"{"lease":"\#(id)","to":"third","reason":"isolation"}"#)
            if let found = transfer.json["id"].string {
                holder.ids["transfers"] = found
                holder.secrets.append(found)
            }
            let notices = try operatorConnection.get("/v1/notices").json["notices"].array
            if let notice = notices.first(where: { $0["lease"].string == id })?["id"].string {
                holder.ids["notices"] = notice
                holder.secrets.append(notice)
            }
            return holder
        }

        /// A path of a pattern with somebody's ids, or with ids of the same form that nobody has.
        private func path(_ pattern: String, _ ids: [String: String]?) -> String {
            var (parts, last) = ([String](), "")
            for part in pattern.split(separator: "/") {
                guard part.hasPrefix("{"), let end = part.firstIndex(of: "}") else {
                    last = String(part)
                    parts.append(last)
                    continue
                }
                let suffix = part[part.index(after: end)...]
                parts.append((ids?[last] ?? nobodys(last)) + suffix)
            }
            return "/" + parts.joined(separator: "/")
        }

        private func nobodys(_ kind: String) -> String {
            switch kind {
            case "leases": "l-0000000000000"
            case "faults": "f-0000000000000"
            case "tokens": "k-0000000000000"
            case "notices": "n-0000000000000"
            case "transfers": "x-0000000000000"
            case "subleases": "s-0000000000000"
            default: "nobody"
            }
        }

        /// Bodies with which a request gets as far as it can; `{}` where nothing better is known.
        private func body(_ route: Route, _ tenant: String) -> String? {
            guard [.post, .put].contains(route.method) else { return nil }
            switch route.pattern {
            case Routes.leases, Routes.offers: return Self.lease(tenant)
            case Routes.leaseBatch: return #"{"atomic":false,"leases":[\#(Self.lease(tenant))]}"#
            case Routes.leaseAmendmentsPattern: return #"{"extendBy":"1d","reason":"x"}"#
            case Routes.leaseReclaimPattern: return #"{"clause":"cancellation","reason":"x"}"#
            case Routes.leaseNominationPattern: return #"{"nodes":["\#(rival.secrets[7])"],"reason":"x"}"#
            case Routes.leaseSplitPattern: return #"{"lines":[{"name":"1","count":1}],"reason":"x"}"#
            case Routes.transfers: return #"{"lease":"\#(rival.ids["leases"]!)","to":"acme","reason":"x"}"#
            case Routes.subleases: return #"{"lease":"\#(rival.ids["leases"]!)","to":"acme","reason":"x"}"#
            case Routes.transferPattern, Routes.subleasePattern: return #"{"accept":true,"reason":"x"}"#
            case Routes.tenantFaultsPattern: return #"{"nodes":[{"node":"\#(rival.secrets[7])"}],"text":"x"}"#
            case Routes.tenantTokensPattern: return #"{"name":"mine"}"#
            case Routes.noticeAckPattern: return nil
            default: return #"{"reason":"x"}"#
            }
        }

        /// What a route has to be asked with, and what ends an answer that would go on.
        private static func query(of route: Route) -> String {
            var parts = route.query.filter(\.isRequired).map { $0.name + "=1" }
            if route.pattern == Routes.events {
                parts.append("follow=false")
            } else if route.query.contains(where: { $0.name == "wait" }) {
                parts += ["index=1", "wait=0s"]
            }
            return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
        }

        /// An answer without what differs for reasons of its own: the request's id, and what the caller itself has typed.
        private func normal(_ answer: HTTPAnswer, typed: [String]) -> String {
            var text = answer.text
            if let id = answer.json["requestId"].string { text = text.replacing(id, with: "") }
            for word in typed where !word.isEmpty { text = text.replacing(word, with: "_") }
            return "\(answer.status) \(answer.headers["content-type"] ?? "") \(text)"
        }

        @Test("on every route, what is another's is answered as what is not there, byte for byte, and changes nothing")
        func everyRoute() throws {
            let rival = try withMore(rival)
            func state() throws -> [String] {
                try [
                    "/v1/leases", "/v1/tenants/rival/allocation", "/v1/tenants/rival/tokens", "/v1/faults?tenant=rival",
                ]
                .map { try operatorConnection.get($0).text }
            }
            let before = try state()
            for route in Route.all where route.pattern.contains("{") {
                let (method, name) = (route.method.rawValue, "\(route.method) \(route.pattern)")
                let (theirs, nobodys) = (path(route.pattern, rival.ids), path(route.pattern, nil))
                let body = body(route, "acme")
                let query = Self.query(of: route)
                let (one, other) = (
                    try acme.ask(method, theirs + query, body), try acme.ask(method, nobodys + query, body)
                )
                let typed =
                    theirs.split(separator: "/").map(String.init) + nobodys.split(separator: "/").map(String.init)
                #expect(normal(one, typed: typed) == normal(other, typed: typed), "\(name)")
                #expect([403, 404].contains(one.status) || !route.roles.contains(.tenant), "\(name): \(one.text)")
                #expect(one.status == other.status && one.headers["berth-revision"] == nil, "\(name)")
                #expect(one.headers["etag"] == nil && one.headers["berth-index"] == nil, "\(name)")
                for secret in rival.secrets where !theirs.contains(secret) && !(body ?? "").contains(secret) {
                    #expect(!one.text.contains(secret), "\(name): \(one.text)")
                }
            }
            #expect(try state() == before)
        }

        @Test("on every route without a name, nothing of another is in the answer")
        func lists() throws {
            let rival = try withMore(rival)
            // The document is the same for everybody, and its examples name tenants, too.
            let left = [Routes.backup, Routes.openAPI]
            for route in Route.all where !route.pattern.contains("{") && !left.contains(route.pattern) {
                let name = "\(route.method) \(route.pattern)"
                let body = body(route, "acme")
                let answer = try acme.ask(route.method.rawValue, route.pattern + Self.query(of: route), body)
                if !route.roles.contains(.tenant) { #expect(answer.status == 403, "\(name)") }
                #expect(answer.headers["berth-revision"] == nil, "\(name)")
                for secret in rival.secrets where !(body ?? "").contains(secret) {
                    #expect(!answer.text.contains(secret), "\(name): \(answer.text)")
                }
                for word in ["wholeBlocksLeft", "strandedGpus", "largestShapeLeft", #""decision""#]
                where route.method == .post {
                    #expect(!answer.text.contains(word), "\(name): \(answer.text)")
                }
                // Whom a parameter names makes no difference either.
                for parameter in ["tenant", "owner"]
                where route.query.contains(where: { $0.name == parameter }) && route.roles.contains(.tenant) {
                    let more = Self.query(of: route).replacing("?", with: "&")
                    let (one, other) = (
                        try acme.ask(route.method.rawValue, "\(route.pattern)?\(parameter)=rival\(more)"),
                        try acme.ask(route.method.rawValue, "\(route.pattern)?\(parameter)=nobody\(more)")
                    )
                    let typed = ["rival", "nobody"]
                    #expect(normal(one, typed: typed) == normal(other, typed: typed), "\(name) ?\(parameter)")
                    #expect(one.status >= 400, "\(name) ?\(parameter): \(one.text)")
                }
            }
        }

        @Test("another's keys, cursors and plans are worth no more than invented ones")
        func borrowed() throws {
            // The same key is another key with another tenant: it was used by both at their start.
            let again = try acme.ask(
                "POST", "/v1/leases", Self.lease("acme", #""shape":"gpu","gpus":1"#),
                headers: ["Idempotency-Key": "rival-only"])
            #expect(again.status == 201)
            let theirs = try rival.ask(
                "POST", "/v1/leases", Self.lease("rival", #""shape":"gpu","gpus":2"#),
                headers: ["Idempotency-Key": "rival-only"])
            #expect(theirs.status == 201 && theirs.json["id"].string != again.json["id"].string)

            let cursors = try [rival.cursor, "l-0000000000000"].map { try acme.ask("GET", "/v1/leases?cursor=\($0)") }
            #expect(cursors[0].status == 400)
            #expect(normal(cursors[0], typed: [rival.cursor]) == normal(cursors[1], typed: ["l-0000000000000"]))

            let plans = try [rival.planToken, String(rival.planToken.reversed())].map { token in
                try acme.ask("POST", "/v1/leases", Self.lease("acme", #""shape":"node""#, #","planToken":"\#(token)""#))
            }
            #expect(plans.allSatisfy { (400..<500).contains($0.status) }, "\(plans.map(\.text))")
            for secret in rival.secrets { #expect(!plans[0].text.contains(secret), "\(plans[0].text)") }

            let leases = [rival.ids["leases"]!, "l-0000000000000"]
            let transfers = try leases.map { lease in
                try acme.ask("POST", "/v1/transfers", #"{"lease":"\#(lease)","to":"acme","reason":"x"}"#)
            }
            #expect(transfers[0].status == 404)
            #expect(normal(transfers[0], typed: leases) == normal(transfers[1], typed: leases))
        }

        @Test("nobody's index or waiting poll moves by what another does")
        func indexes() throws {
            let own = try acme.ask("GET", "/v1/tenants/acme/allocation")
            let (index, tag) = (
                try #require(own.headers["berth-index"].flatMap { Int($0) }), try #require(own.headers["etag"])
            )
            let waiting = try HTTPConnection(port: try #require(try home.ports().first))
            try waiting.send(
                "GET", "/v1/tenants/acme/allocation?index=\(index)&wait=300s",
                headers: ["Authorization": "Bearer \(acme.token)"])
            for _ in 0..<5 { #expect(try rival.ask("POST", "/v1/leases", Self.lease("rival")).status == 201) }
            _ = try rival.ask("DELETE", "/v1/leases/\(rival.ids["leases"]!)?reason=x")
            let still = try acme.ask("GET", "/v1/tenants/acme/allocation", headers: ["If-None-Match": tag])
            #expect(still.status == 304 && still.headers["berth-index"] == "\(index)" && still.headers["etag"] == tag)
            #expect(!waiting.hasUnread)
            // Its own change is the next number, whatever has been between.
            #expect(try acme.ask("POST", "/v1/leases", Self.lease("acme")).status == 201)
            #expect(try waiting.receive().headers["berth-index"] == "\(index + 1)")
            let log = try acme.ask("GET", "/v1/audit").json["entries"].array.compactMap { $0["number"].int }
            #expect(log == Array(1...log.count))
        }

        @Test(
            "a refusal tells of other commitments without names and times, and counter-offers of one's own request alone"
        )
        func refusals() throws {
            _ = try operatorConnection.post("/v1/leases", Self.lease("rival", #""shape":"block","count":3"#))
            for (method, target, body) in [
                ("POST", "/v1/leases", Self.lease("acme", #""shape":"block","count":3"#)),
                ("POST", "/v1/leases?dryRun=plan", Self.lease("acme", #""shape":"block","count":3"#)),
                ("POST", "/v1/offers", Self.lease("acme", #""shape":"block","count":3"#)),
            ] {
                let refused = try acme.ask(method, target, body)
                try #require(refused.status == 409, "\(refused.text)")
                for secret in rival.secrets + ["rival"] { #expect(!refused.text.contains(secret), "\(refused.text)") }
                #expect(refused.json["decision"].isAbsent && refused.headers["berth-revision"] == nil)
                // Its own leases it may know by name.
                let own = try acme.ask("GET", "/v1/leases").json["leases"].array.compactMap { $0["id"].string }
                for blocker in refused.json["blockers"].array where blocker["kind"].string == "booking" {
                    if own.contains(blocker["name"].string ?? "") { continue }
                    #expect(blocker["from"].isAbsent && blocker["until"].isAbsent, "\(blocker)")
                    #expect(blocker["name"].string == "other commitments")
                }
                for offer in refused.json["counterOffers"].array {
                    #expect(offer["request"]["tenant"].string == "acme", "\(offer)")
                }
            }
        }
    }

    @Suite("Rate limits of tenants")
    struct SearchLimitTests {
        @Test(
            "a tenant's plans, offers and refused requests are limited together, with a true time to wait; nobody else's are"
        )
        func limited() throws {
            let home = try DaemonHome()
            home.config = try home.folder.write(
                "tcp: {plainLoopback: \"127.0.0.1:0\"}\nlimits: {searchesBurst: 3, searchesPerMinute: 1}\n",
                to: "berthd.yaml")
            try home.start(initialise: true)
            let connection = try home.connect()
            var tokens: [String: String] = [:]
            for tenant in ["acme", "rival"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"limits"}"#)
                tokens[tenant] = try connection.post("/v1/tenants/\(tenant)/tokens", #"{"name":"t"}"#).json["token"]
                    .string
            }
            func ask(_ tenant: String, _ target: String, _ count: Int = 1) throws -> HTTPAnswer {
                let body =
                    #"{"tenant":"\#(tenant)","reservations":[{"shape":"node","count":\#(count)}],"duration":"1d"}"#
                return try connection.post(target, body, headers: ["Authorization": "Bearer \(tokens[tenant]!)"])
            }
            #expect(try ask("acme", "/v1/offers").status == 200)
            #expect(try ask("acme", "/v1/leases?dryRun=plan").status == 200)
            // What is granted costs nothing of it; what is refused does.
            for _ in 0..<5 { #expect(try ask("acme", "/v1/leases").status == 201) }
            #expect(try ask("acme", "/v1/leases", 100_000).status == 409)
            for target in ["/v1/offers", "/v1/leases?dryRun=plan", "/v1/leases"] {
                let answer = try ask("acme", target)
                #expect(answer.status == 429 && answer.json["type"].string == "errors#rate-limited", "\(target)")
                let wait = try #require(answer.headers["retry-after"].flatMap { Int($0) })
                #expect((1...60).contains(wait))
            }
            #expect(try ask("rival", "/v1/offers").status == 200)
            for _ in 0..<9 { #expect(try connection.get("/v1/leases").status == 200) }
            let own = ["Authorization": "Bearer \(tokens["acme"]!)"]
            #expect(try connection.get("/v1/leases", headers: own).status == 200)
        }
    }
}
