// A tenant's name that is used again, over the sockets: who has it now finds nothing of who had it before.

import ControlAPI
import Foundation
import Testing

extension SystemTests {
    /// Both tenants of the name come over TCP with tokens of their own.
    @Suite("Used names")
    struct UsedNameTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome()
            home.config = try home.folder.write("tcp: {plainLoopback: \"127.0.0.1:0\"}\n", to: "berthd.yaml")
            try home.start(initialise: true)
            connection = try home.connect()
        }

        private func done(_ answer: HTTPAnswer) throws -> HTTPAnswer {
            try #require((200..<300).contains(answer.status), "\(answer.status) \(answer.text)")
            return answer
        }

        /// Makes acme and a token of it; gives what asks with that token.
        private func acme() throws -> (
            _ method: String, _ target: String, _ body: String?, _ headers: [String: String]
        ) throws -> HTTPAnswer {
            _ = try done(connection.request("PUT", "/v1/tenants/acme", #"{"reason":"a new customer"}"#))
            let made = try done(connection.post("/v1/tenants/acme/tokens", #"{"name":"ci","reason":"r"}"#))
            let token = try #require(made.json["token"].string)
            let over = try HTTPConnection(port: try #require(try home.ports().first))
            return { method, target, body, headers in
                try over.request(
                    method, target, body, headers: headers.merging(["Authorization": "Bearer \(token)"]) { $1 })
            }
        }

        private let request = #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d","label":"secret"}"#

        @Test("the next tenant of a name has no lease, log, event, key, account or tag of the one before")
        func next() throws {
            let first = try acme()
            let key = ["Idempotency-Key": "k-1"]
            let id = try #require(try done(first("POST", "/v1/leases", request, key)).json["id"].string)
            // Cancelled before its start, so that it is over at once.
            let start = Timestamp(epochSeconds: Int64(Date().timeIntervalSince1970) + 86_400)
            let later = request.replacingOccurrences(of: #""duration""#, with: #""start":"\#(start)","duration""#)
            let other = try #require(try done(first("POST", "/v1/leases", later, [:])).json["id"].string)
            for lease in [id, other] { _ = try done(connection.request("DELETE", "/v1/leases/\(lease)?reason=over")) }
            var before = try done(first("GET", "/v1/tenants/acme/allocation", nil, [:]))
            while !before.json["leases"].array.isEmpty {
                let index = try #require(before.json["index"].int)
                before = try done(first("GET", "/v1/tenants/acme/allocation?index=\(index)&wait=60s", nil, [:]))
            }
            let tag = try #require(before.headers["etag"])
            let index = try #require(before.json["index"].int)
            let removed = try connection.request("DELETE", "/v1/tenants/acme?reason=left")
            try #require(removed.status == 204, "\(removed.text)")
            #expect(try first("GET", "/v1/tenants/acme/allocation", nil, [:]).status == 401)

            let second = try acme()
            func text(_ target: String) throws -> String { try done(second("GET", target, nil, [:])).text }
            let poll = try done(
                second("GET", "/v1/tenants/acme/allocation?index=\(index)", nil, ["If-None-Match": tag]))
            #expect(poll.status == 200 && poll.json["leases"].array.isEmpty && poll.headers["etag"] != tag)
            #expect(try #require(poll.json["index"].int) > index)
            #expect(try done(second("GET", "/v1/leases?state=cancelled", nil, [:])).json["leases"].array.isEmpty)
            for lease in [id, other] {
                #expect(try second("GET", "/v1/leases/\(lease)", nil, [:]).status == 404)
                #expect(try second("GET", "/v1/leases/\(lease)/allocation", nil, [:]).status == 404)
            }
            for target in [
                "/v1/leases", "/v1/audit", "/v1/events?follow=false", "/v1/tenants/acme/ledger", "/v1/notices",
                "/v1/audit/access", "/v1/transfers", "/v1/subleases", "/v1/tenants/acme/faults",
                "/v1/tenants/acme/tokens",
            ] {
                let text = try text(target)
                #expect(!text.contains(id) && !text.contains(other) && !text.contains("secret"), "\(target): \(text)")
                #expect(!text.contains("left"), "\(target): \(text)")
            }
            #expect(try text("/v1/audit/head").contains(#""log":"tenant:acme~2""#))
            #expect(try second("GET", "/v1/events?follow=false&after=3", nil, [:]).status == 410)
            let again = try second("POST", "/v1/leases", request, key)
            #expect(again.status == 201 && again.json["id"].string != id)

            // The provider goes on to see both, apart.
            let former = try done(connection.get("/v1/leases?tenant=acme~1")).json["leases"].array
            #expect(Set(former.compactMap { $0["id"].string }) == [id, other])
            #expect(try connection.get("/v1/leases?tenant=acme").json["leases"].array.count == 1)
            #expect(try connection.get("/v1/tenants/acme~1/ledger").status == 200)
            #expect(try connection.get("/v1/audit?tenant=acme~1").text.contains("remove tenant acme"))
            for (name, file) in [("acme", "next"), ("acme~1", "former")] {
                let (proof, key) = (home.folder("\(file).json"), home.folder("key"))
                let made = try home.berth("audit", "prove", "1", "--tenant", name)
                _ = try home.folder.write(made.output, to: "\(file).json")
                _ = try home.folder.write(try home.berth("audit", "key").output, to: "key")
                let checked = try home.berth("audit", "verify", "--proof", proof, "--key", key)
                #expect(checked.wait() == .exited(0), "\(checked.output)\(checked.error)")
            }
            #expect(try second("GET", "/v1/tenants/acme~1/ledger", nil, [:]).status == 404)
            #expect(try second("GET", "/v1/audit?tenant=acme~1", nil, [:]).status == 404)
            try home.stop()
        }

        /// What an operator asks for with a key.
        private func ask(_ method: String, _ target: String, _ body: String?, key: String) throws -> HTTPAnswer {
            try connection.request(method, target, body, headers: ["Idempotency-Key": key])
        }

        @Test("an operator's key that was used for the tenant before is refused for the next one")
        func operatorsKeys() throws {
            let make = #"{"reason":"a new customer"}"#
            _ = try done(ask("PUT", "/v1/tenants/acme", make, key: "make"))
            let lease = try done(ask("POST", "/v1/leases", request, key: "lease"))
            let batch = #"{"atomic":false,"leases":[\#(request)]}"#
            let second = try done(ask("POST", "/v1/leases:batch", batch, key: "batch"))
            let ids = [lease.json["id"].string, second.json["results"][0]["lease"]["id"].string].compactMap { $0 }
            try #require(ids.count == 2)
            for id in ids { _ = try done(connection.request("DELETE", "/v1/leases/\(id)?reason=over")) }
            var status = 409
            while status == 409 {
                status = try ask("DELETE", "/v1/tenants/acme?reason=left", nil, key: "remove").status
            }
            #expect(status == 204)
            #expect(try ask("DELETE", "/v1/tenants/acme?reason=left", nil, key: "remove").status == 204)
            #expect(try ask("PUT", "/v1/tenants/acme", make, key: "make").status == 422)
            _ = try done(ask("PUT", "/v1/tenants/acme", make, key: "make again"))
            let refused = try ask("POST", "/v1/leases", request, key: "lease")
            #expect(refused.status == 422 && refused.json["type"].string == "errors#idempotency-mismatch")
            #expect(refused.text.contains("who had the tenant's name before") && !refused.text.contains(ids[0]))
            let batched = try ask("POST", "/v1/leases:batch", batch, key: "batch").json["results"][0]
            #expect(batched["problem"]["status"].int == 422 && batched["lease"].isAbsent, "\(batched)")
            let removal = try ask("DELETE", "/v1/tenants/acme?reason=left", nil, key: "remove")
            #expect(removal.status == 422, "the next tenant is not removed by saying so again")
            let own = try done(ask("POST", "/v1/leases", request, key: "lease again"))
            #expect(
                try ask("POST", "/v1/leases", request, key: "lease again").json["id"].string == own.json["id"].string)
            try home.stop()
        }

        @Test("plans and offers that were made for the tenant before are not granted to the next one")
        func plans() throws {
            let first = try acme()
            let asked = request.replacingOccurrences(of: #","label":"secret""#, with: "")
            let plan = try done(first("POST", "/v1/leases?dryRun=plan", asked, [:])).json["planToken"]
            let offers = try done(first("POST", "/v1/offers", asked, [:])).json["offers"]
            let offer = offers[0]["request"]
            let commands = #"{"commands":[{"reserve":\#(asked)}]"#
            let whole = try done(connection.post("/v1/plans", commands + #","reason":"r"}"#)).json["planToken"]
            let planned = asked.dropLast() + #","planToken":"\#(try #require(plan.string))"}"#
            try #require(offer["planToken"].string != nil, "\(offers)")
            let committed = commands + #","planToken":"\#(try #require(whole.string))","reason":"r"}"#

            try #require(try connection.request("DELETE", "/v1/tenants/acme?reason=left").status == 204)
            let second = try acme()
            for ask in [second, { try connection.request($0, $1, $2, headers: $3) }] {
                for body in [String(planned), offer.text] {
                    let answer = try ask("POST", "/v1/leases", body, [:])
                    #expect(answer.status == 400 && answer.json["pointer"].string == "/planToken", "\(answer.text)")
                }
            }
            let commit = try connection.post("/v1/plans:commit", committed)
            #expect(commit.status == 400 && commit.json["pointer"].string == "/planToken", "\(commit.text)")
            let own = try done(second("POST", "/v1/leases?dryRun=plan", asked, [:])).json["planToken"]
            _ = try done(
                second(
                    "POST", "/v1/leases", asked.dropLast() + #","planToken":"\#(try #require(own.string))"}"#, [:]))
            try home.stop()
        }
    }
}
