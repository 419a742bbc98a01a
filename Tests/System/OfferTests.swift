// Offers over the socket and on the command line: granted exactly as offered, or refused.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Offers")
    struct OfferTests {
        private let home: DaemonHome
        private let connection: HTTPConnection

        init() throws {
            home = try DaemonHome.started()
            connection = try home.connect()
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"reason":"offers"}"#)
            _ = try connection.request(
                "PUT", "/v1/contracts/acme-1",
                #"{"tenant":"acme","price":{"perGpuHour":{"currency":"USD","micros":2990000}},"reason":"offers"}"#)
        }

        private static func ask(_ line: String, _ more: String = #""duration":"30d""#) -> String {
            #"{"tenant":"acme","reservations":[\#(line)],\#(more)}"#
        }

        /// Whether a lease is what an offer said.
        private static func isSame(_ lease: JSONValue, _ offer: JSONValue) -> Bool {
            lease["reservations"].text == offer["reservations"].text
                && lease["promised"].text == offer["promised"].text
                && lease["wattsAtMeter"].int == offer["wattsAtMeter"].int
                && lease["capPercent"].int == (offer["request"]["capPercent"].int ?? 100)
                && length(lease) == length(offer)
                && (offer["startsWhenTaken"].bool == true || lease["start"].string == offer["start"].string)
        }

        private static func length(_ window: JSONValue) -> TimeInterval? {
            let reader = ISO8601DateFormatter()
            guard let start = window["start"].string.flatMap({ reader.date(from: $0) }),
                let end = window["end"].string.flatMap({ reader.date(from: $0) })
            else { return nil }
            return end.timeIntervalSince(start)
        }

        private func checkRules() throws {
            for rule in try connection.get("/v1/verify").json["rules"].array {
                #expect(rule["violations"].array.isEmpty, "\(rule)")
            }
        }

        @Test("an offer changes nothing, says what it costs, and is granted as it stands after a restart")
        func taken() throws {
            let revision = try connection.get("/v1/status").json["revision"].int
            let asked = try connection.post(
                "/v1/offers",
                Self.ask(
                    #"{"shape":"block","count":2}"#,
                    #""contract":"acme-1","duration":{"min":"10d","max":"30d"},"capPercent":{"min":60,"max":80}"#))
            try #require(asked.status == 200, "\(asked.text)")
            #expect(try connection.get("/v1/status").json["revision"].int == revision)
            let offers = asked.json["offers"].array
            try #require(offers.count == 1)
            let offer = offers[0]
            #expect(offer["objectives"].array.compactMap(\.string) == ["earliest", "cheapest", "bestPacking"])
            #expect(offer["request"]["duration"].string == "30d" && offer["request"]["capPercent"].int == 80)
            // 1,024 GPUs for 720 hours at 2.99 dollars.
            #expect(offer["price"]["total"]["micros"].int == 1_024 * 720 * 2_990_000)
            // 128 × (4,600 + 8 × 560) W × 1.05 × 1.15, rounded up; for 720 hours; at 80.25 dollars and 300 g.
            let watts = 1_403_405
            #expect(offer["wattsAtMeter"].int == watts && offer["cost"]["energyKWh"].int == watts * 720 / 1_000)
            #expect(offer["cost"]["energy"]["micros"].int == watts * 720 * 8_025 / 100)
            #expect(offer["cost"]["carbonGrams"].int == (watts * 720 * 300 + 999) / 1_000)
            #expect(offer["packing"]["wholeBlocksTaken"].int == 2 && offer["packing"]["wholeBlocksLeft"].int == 2)
            try home.stop()
            try home.start()
            let again = try home.connect()
            let lease = try again.post("/v1/leases", offer["request"].text)
            try #require(lease.status == 201, "\(lease.text)")
            #expect(Self.isSame(lease.json, offer), "\(lease.text)")
            let twice = try again.post("/v1/leases", offer["request"].text)
            #expect(twice.status == 409 && twice.json["type"].string == "errors#plan-overtaken", "\(twice.text)")
        }

        @Test("of 32 clients that take offers at once each is granted exactly its offer, or refused")
        func concurrentTaking() throws {
            let socket = home.socket
            // Four blocks, of which each client wants between one node and one block, now or in a week.
            let outcomes = concurrently(32) { index -> Result<(Int, Bool, String), any Error> in
                Result {
                    let connection = try HTTPConnection(path: socket)
                    var last = (0, false, "")
                    for round in 0..<6 {
                        let shape = ["block", "rack", "node", "gpu"][(index + round) % 4]
                        let line =
                            shape == "gpu"
                            ? #"{"shape":"gpu","gpus":4,"count":9}"# : #"{"shape":"\#(shape)","count":1}"#
                        let window =
                            round.isMultiple(of: 2)
                            ? #""duration":{"min":"1d","max":"9d"}"# : #""earliest":{},"duration":"3d""#
                        let asked = try connection.post("/v1/offers", Self.ask(line, window))
                        guard asked.status == 200, let offer = asked.json["offers"].array.first else {
                            last = (asked.status, asked.status == 409, asked.text)
                            continue
                        }
                        let answer = try connection.post("/v1/leases", offer["request"].text)
                        let isOvertaken = answer.json["type"].string == "errors#plan-overtaken"
                        let isRight =
                            answer.status == 201 ? Self.isSame(answer.json, offer) : answer.status == 409 && isOvertaken
                        last = (answer.status, isRight, "\(offer.text)\n\(answer.text)")
                        if !isRight { break }
                    }
                    return last
                }
            }
            for outcome in outcomes {
                let (status, isRight, text) = try outcome.get()
                #expect(isRight, "\(status): \(text)")
            }
            let granted = try connection.get("/v1/leases?limit=1000").json["leases"].array.count
            #expect(granted > 0)
            try checkRules()
        }

        @Test("two clients with the same offer: one is granted, the other refused with what is gone")
        func race() throws {
            let offers = try (0..<2).map { _ in
                try connection.post("/v1/offers", Self.ask(#"{"shape":"block","count":3}"#)).json["offers"][0]
            }
            let socket = home.socket
            let bodies = offers.map { $0["request"].text }
            let statuses = try concurrently(2) { index in
                Result { try HTTPConnection(path: socket).post("/v1/leases", bodies[index]).status }
            }.map { try $0.get() }
            #expect(statuses.sorted() == [201, 409])
        }

        @Test("what fits nowhere is refused with blockers and with counter-offers that are granted")
        func refused() throws {
            let answer = try connection.post(
                "/v1/offers", Self.ask(#"{"shape":"block","count":5}"#, #""earliest":{},"duration":"30d""#))
            #expect(answer.status == 409 && answer.isProblem, "\(answer.text)")
            #expect(answer.json["type"].string == "errors#no-capacity")
            #expect(!answer.json["blockers"].array.isEmpty)
            let counter = try #require(answer.json["counterOffers"].array.first)
            #expect(try connection.post("/v1/leases", counter["request"].text).status == 201)
        }

        @Test("an offer over the quota names it, whatever else is in the way, and offers the rest of it")
        func quota() throws {
            _ = try connection.request("PUT", "/v1/tenants/bob", #"{"reason":"offers"}"#)
            _ = try connection.request("PUT", "/v1/tenants/acme", #"{"quota":{"gpus":600},"reason":"offers"}"#)
            let taken = try connection.post(
                "/v1/leases",
                #"{"tenant":"bob","reservations":[{"shape":"block","count":1}],"duration":"60d"}"#)
            try #require(taken.status == 201, "\(taken.text)")
            let asked = Self.ask(#"{"shape":"node","count":200}"#, #""earliest":{},"duration":"30d""#)
            let answer = try connection.post("/v1/offers", asked)
            #expect(answer.status == 409, "\(answer.text)")
            #expect(answer.json["blockers"][0]["kind"].string == "quota", "\(answer.text)")
            let most = try #require(
                answer.json["counterOffers"].array.first { $0["kind"].string == "most-now" }, "\(answer.text)")
            #expect(most["request"]["reservations"][0]["count"].int == 75, "\(most.text)")
            #expect(try connection.post("/v1/leases", most["request"].text).status == 201)
        }

        @Test(
            "bad requests are refused where they are wrong",
            arguments: [
                (#"{"shape":"block"}"#, #""duration":"30d","start":"2020-01-01T00:00:00Z""#, "/start"),
                (#"{"shape":"block"}"#, #""duration":"30d","earliest":{"to":"2020-01-01T00:00:00Z"}"#, "/earliest/to"),
                (#"{"shape":"block"}"#, #""duration":{"min":"30d","max":"1d"}"#, "/duration/max"),
                (#"{"shape":"block"}"#, #""duration":{"min":"30d","maxx":"1d"}"#, "/duration/maxx"),
                (#"{"shape":"block"}"#, #""duration":"30d","capPercent":{"min":60,"max":101}"#, "/capPercent"),
                (#"{"shape":"block"}"#, #""duration":"30d","capPercent":5"#, "/capPercent"),
                (#"{"shape":"block"}"#, #""duration":"30d","objectives":["fastest"]"#, "/objectives/0"),
                (#"{"shape":"block"}"#, #""duration":"30d","validFor":"1s""#, "/validFor"),
                (#"{"shape":"block"}"#, #""duration":"30d","highestCap":true"#, "/highestCap"),
                (#"{"shape":"block"}"#, #""end":"2036-01-01T00:00:00Z","earliest":{}"#, "/end"),
                (
                    #"{"shape":"node","count":3,"orElse":[{"shape":"block"}]}"#, #""duration":"30d""#,
                    "/reservations/0/orElse/0"
                ),
                (
                    #"{"shape":"block","orElse":[{"shape":"watts"}]}"#, #""duration":"30d""#,
                    "/reservations/0/orElse/0/shape"
                ),
                (
                    #"{"shape":"block","orElse":[{"shape":"nvl72"}]}"#, #""duration":"30d""#,
                    "/reservations/0/orElse/0"
                ),
            ])
        func bad(_ line: String, _ more: String, _ pointer: String) throws {
            let answer = try connection.post("/v1/offers", Self.ask(line, more))
            #expect(answer.status == 400 && answer.isProblem, "\(answer.text)")
            #expect(answer.json["pointer"].string == pointer, "\(answer.text)")
        }

        @Test("another shape has exactly as many GPUs unless it says how many")
        func alternatives() throws {
            // A block is taken, so that three are whole.
            #expect(
                try connection.post(
                    "/v1/leases", #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"90d"}"#
                ).status == 201)
            let asked = try connection.post(
                "/v1/offers",
                Self.ask(#"{"shape":"block","count":4,"orElse":[{"shape":"rack"},{"shape":"rack","count":31}]}"#))
            let offer = asked.json["offers"][0]
            #expect(offer["promised"]["gpus"].int == 31 * 64, "\(asked.text)")
            #expect(offer["request"]["reservations"][0]["shape"].string == "rack")
            let exact = try connection.post(
                "/v1/offers", Self.ask(#"{"shape":"block","count":3,"orElse":[{"shape":"rack"}]}"#))
            #expect(exact.json["offers"][0]["promised"]["gpus"].int == 1_536, "\(exact.text)")
        }

        // MARK: Command line

        private func berth(_ arguments: String...) throws -> ChildProcess {
            let process = try ChildProcess(
                Program.berth, arguments,
                environment: ["BERTH_SOCKET": home.socket, "XDG_STATE_HOME": home.folder("state-home")])
            process.wait()
            return process
        }

        @Test("berth offer prints prices and commands, and the command takes the offer, once")
        func commandLine() throws {
            let asked = try berth(
                "offer", "--tenant", "acme", "--contract", "acme-1", "--line", "block:2:or=rack", "--to", "2036-01-01",
                "--duration", "10d..30d", "--cap", "60%..80%", "--save", home.folder("offers"))
            #expect(asked.wait() == .exited(0), "\(asked.error)")
            for words in ["earliest, cheapest, best-packing", "2 × block", "$2,204,467", "80 %", "berth offer take 1"] {
                #expect(asked.output.contains(words), "\(asked.output)")
            }
            let saved = try FileManager.default.attributesOfItem(atPath: home.folder("state-home/berth/offers.json"))
            #expect(saved[.posixPermissions] as? Int == 0o600)
            let taken = try berth("offer", "take", "1", "-o", "json")
            #expect(taken.wait() == .exited(0), "\(taken.error)")
            let lease = JSONValue(bytes: Array(taken.output.utf8))
            #expect(lease["promised"]["gpus"].int == 1_024 && lease["capPercent"].int == 80)
            let again = try berth("offer", "take", "1", "-o", "json")
            #expect(JSONValue(bytes: Array(again.output.utf8))["id"].string == lease["id"].string)
            let file = try berth("lease", "create", "-f", home.folder("offers/offer-1.json"))
            #expect(file.wait() == .exited(4), "\(file.output) \(file.error)")
            #expect(try berth("offer", "take", "9").wait() == .exited(2))
        }

        @Test("a refusal prints what is in the way and commands that are granted")
        func commandLineRefusal() throws {
            let json = try berth("offer", "--json", "--tenant", "acme", "--line", "node:1", "--duration", "1d")
            #expect(JSONValue(bytes: Array(json.output.utf8))["offers"].array.count == 1, "\(json.error)")
            let refused = try berth("offer", "--tenant", "acme", "--line", "block:9", "--duration", "30d")
            #expect(refused.wait() == .exited(3) && refused.error.contains("berth offer take 1"), "\(refused.error)")
            #expect(refused.error.contains("In the way:"))
            let taken = try berth("offer", "take", "1")
            #expect(taken.wait() == .exited(0), "\(taken.error)")
            #expect(
                try berth("offer", "--tenant", "acme", "--line", "block:9:or=mig", "--duration", "1d").wait()
                    == .exited(64))
            #expect(
                try berth("offer", "--tenant", "acme", "--line", "block:1", "--duration", "9d..1d").wait()
                    == .exited(64))
        }
    }
}
