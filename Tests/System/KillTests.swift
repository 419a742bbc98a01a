// kill -9 in the middle of concurrent lease and release requests, again and again, on one book.

import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Kill")
    struct KillTests {
        private static let clientCount = 32
        private static let roundCount = 20

        /// `BERTH_TEST_SEED` repeats a run's requests; `BERTH_TEST_ANSWERS` is the most answers before a kill, 10,000 for a
        /// long run.
        private static func number(_ name: String, default value: UInt64) -> UInt64 {
            ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? value
        }

        @Test("no answer is lost and no GPU is leased twice when the daemon is killed under load, twenty times")
        func killed() throws {
            let seed = Self.number("BERTH_TEST_SEED", default: UInt64.random(in: 0...UInt64(UInt32.max)))
            let answersMax = Int(Self.number("BERTH_TEST_ANSWERS", default: 600))
            print("kill test: BERTH_TEST_SEED=\(seed) BERTH_TEST_ANSWERS=\(answersMax)")
            var random = SeededGenerator(seed: seed)
            let home = try DaemonHome.started()
            do {
                let connection = try home.connect()
                for tenant in 0..<4 {
                    _ = try connection.request("PUT", "/v1/tenants/tenant-\(tenant)", #"{"reason":"kill test"}"#)
                }
            }
            var held = [[KillLease]](repeating: [], count: Self.clientCount)
            var seen = PollSeen()
            var totals = (answers: 0, refused: 0, inFlight: 0)
            for round in 0..<Self.roundCount {
                let target = Int.random(in: 1...answersMax, using: &random)
                let before = held
                let (logs, poll) = try load(home, round, held, seen, target, seed: random.next())
                var audit = try KillAudit(home: home, round: "seed \(seed), round \(round)")
                seen = try audit.checkPoll(poll)
                held = try audit.check(logs: logs, heldBefore: before)
                totals.answers += logs.reduce(0) { $0 + $1.granted.count + $1.released.count }
                totals.refused += logs.reduce(0) { $0 + $1.refusedCount }
                totals.inFlight += logs.count { $0.inFlight != nil }
            }
            print(
                "kill test: \(totals.answers) answered, \(totals.refused) refused, "
                    + "\(totals.inFlight) in flight when killed")
            // A test that never killed anything in flight would prove nothing.
            #expect(totals.inFlight > Self.roundCount)
            #expect(seen.answerCount > Self.roundCount)
            try home.stop()
        }

        /// Runs the clients until the daemon is dead, and starts it again.
        private func load(
            _ home: DaemonHome, _ round: Int, _ held: [[KillLease]], _ seen: PollSeen, _ target: Int, seed: UInt64
        ) throws -> ([KillLog], PollSeen) {
            let (socket, pid) = (home.socket, home.process!.pid)
            let killSwitch = KillSwitch(after: target) { kill(pid, SIGKILL) }
            let results = concurrently(Self.clientCount + 1) { index -> (KillLog, PollSeen) in
                if index == Self.clientCount {
                    return (KillLog(), KillPoller.run(tenant: KillClient.tenant(of: 0), socket: socket, from: seen))
                }
                let client = KillClient(
                    index: index, round: round, socket: socket, seed: seed &+ UInt64(index), held: held[index])
                return (client.run(killSwitch), PollSeen())
            }
            #expect(home.process?.wait() == .signalled(SIGKILL))
            try home.start()
            return (results.dropLast().map(\.0), results.last!.1)
        }
    }
}

/// What must hold after each restart.
private struct KillAudit {
    let home: DaemonHome
    let round: String
    let connection: HTTPConnection

    init(home: DaemonHome, round: String) throws {
        self.home = home
        self.round = round
        connection = try home.connect()
    }

    /// Checks the book against what the clients were told; returns what each holds once the requests that got no answer
    /// have been repeated under their keys.
    mutating func check(logs: [KillLog], heldBefore: [[KillLease]]) throws -> [[KillLease]] {
        for log in logs { #expect(log.troubles.isEmpty, "\(round): \(log.troubles)") }
        let found = try leasesByLabel()
        var after: [[KillLease]] = []
        for (log, before) in zip(logs, heldBefore) {
            var held = before + log.granted
            let over = Set(log.released.map(\.id))
            held.removeAll { over.contains($0.id) }
            if case .release(let lease) = log.inFlight { held.removeAll { $0.id == lease.id } }
            for lease in held { #expect(found[lease.request.label]?.id == lease.id, "\(round): lost \(lease)") }
            for lease in log.released {
                #expect(found[lease.request.label] == nil, "\(round): \(lease) was released and is back")
            }
            after.append(held)
        }
        try checkGPUs(of: found)
        try checkRules()
        try checkNothingElse(found, after, logs)
        for (index, log) in logs.enumerated() {
            if let lease = try repeatInFlight(log, found) { after[index].append(lease) }
        }
        // An answered request repeated is the same lease, also across the restart.
        for lease in logs.compactMap(\.granted.last).prefix(8) {
            let answer = try post(lease.request)
            #expect(answer.json["id"].string == lease.id, "\(round): \(answer.status) \(answer.text)")
        }
        let repeated = try leasesByLabel()
        #expect(repeated.values.map(\.id).sorted() == after.joined().map(\.id).sorted(), "\(round)")
        return after
    }

    /// The leases that hold hardware, by label; no label stands twice.
    private func leasesByLabel() throws -> [String: (id: String, gpus: Int, lease: JSONValue)] {
        var found: [String: (id: String, gpus: Int, lease: JSONValue)] = [:]
        for state in ["scheduled", "starting", "active"] {
            var cursor: String? = ""
            while let at = cursor {
                let page = try connection.get(
                    "/v1/leases?state=\(state)&limit=1000" + (at.isEmpty ? "" : "&cursor=\(at)"))
                try #require(page.status == 200, "\(page.text)")
                let json = page.json
                for lease in json["leases"].array {
                    let label = try #require(lease["label"].string)
                    #expect(found[label] == nil, "\(round): \(label) is there twice")
                    found[label] = (lease["id"].string ?? "", lease["promised"]["gpus"].int ?? 0, lease)
                }
                cursor = json["cursor"].string
            }
        }
        return found
    }

    /// No GPU is in two allocations, and each lease has all that was promised.
    private func checkGPUs(of found: [String: (id: String, gpus: Int, lease: JSONValue)]) throws {
        var taken: [String: String] = [:]
        for (label, entry) in found {
            let answer = try connection.get("/v1/leases/\(entry.id)/allocation")
            try #require(answer.status == 200, "\(answer.text)")
            var count = 0
            for node in answer.json["nodes"].array {
                for gpu in node["gpus"].array {
                    let name = "\(node["node"]) \(gpu["module"])"
                    if let other = taken[name] { Issue.record("\(round): \(name) is in \(other) and \(label)") }
                    taken[name] = label
                    count += 1
                }
            }
            #expect(count == entry.gpus, "\(round): \(label) has \(count) of \(entry.gpus) GPUs")
            #expect(entry.lease["delivered"]["gpus"].int == entry.gpus, "\(round): \(label)")
        }
        let status = try connection.get("/v1/status").json
        #expect(status["gpus"]["leased"].int == taken.count, "\(round)")
    }

    private func checkRules() throws {
        let answer = try connection.get("/v1/verify").json
        #expect(answer["rules"].array.count == 9)
        for rule in answer["rules"].array {
            #expect(rule["violations"].array.isEmpty, "\(round): rule \(rule["rule"]): \(rule["violations"])")
        }
    }

    /// What is there was answered, or was in flight and then is there whole.
    private func checkNothingElse(
        _ found: [String: (id: String, gpus: Int, lease: JSONValue)], _ held: [[KillLease]], _ logs: [KillLog]
    ) throws {
        var allowed: [String: Int] = [:]
        for lease in held.joined() { allowed[lease.request.label] = lease.request.gpus }
        for log in logs {
            switch log.inFlight {
            case .request(let request): allowed[request.label] = request.gpus
            case .release(let lease): allowed[lease.request.label] = lease.request.gpus
            case nil: break
            }
        }
        for (label, entry) in found {
            #expect(
                allowed[label] == entry.gpus, "\(round): \(label) has \(entry.gpus) GPUs, not \(allowed[label] ?? 0)")
        }
    }

    /// Repeats what got no answer, under its key; returns the lease that the client then holds.
    private func repeatInFlight(
        _ log: KillLog, _ found: [String: (id: String, gpus: Int, lease: JSONValue)]
    ) throws -> KillLease? {
        switch log.inFlight {
        case nil: return nil
        case .request(let request):
            let (first, second) = (try post(request), try post(request))
            #expect(first.status == 201, "\(round): \(first.text)")
            let id = try #require(first.json["id"].string)
            #expect(second.json["id"].string == id, "\(round): \(request.label) was granted twice")
            if let there = found[request.label] {
                #expect(there.id == id, "\(round): \(request.label) was granted again")
            }
            return KillLease(id: id, request: request)
        case .release(let lease):
            for _ in 0..<2 {
                let answer = try connection.request(
                    "DELETE", "/v1/leases/\(lease.id)?reason=over",
                    headers: KillClient.key("release-\(lease.request.label)"))
                #expect(answer.status == 200, "\(round): \(answer.text)")
            }
            return nil
        }
    }

    private func post(_ request: KillRequest) throws -> HTTPAnswer {
        try connection.post("/v1/leases", request.body, headers: KillClient.key(request.label))
    }

    /// The poll goes on where it was: its index is not lower, the same index has the same body, the body lists what the
    /// tenant holds, and the tag is good for a conditional request.
    func checkPoll(_ before: PollSeen) throws -> PollSeen {
        var seen = before
        let tenant = KillClient.tenant(of: 0)
        KillPoller.note(try connection.get("/v1/tenants/\(tenant)/allocation?index=\(before.index)"), &seen)
        try settle(tenant, &seen)
        for other in 1..<4 {
            var seen = PollSeen()
            try settle(KillClient.tenant(of: other), &seen)
        }
        #expect(seen.troubles.isEmpty, "\(round): \(seen.troubles)")
        let listed = JSONValue(bytes: seen.body)["leases"].array.compactMap { $0["id"].string }
        let held = try leasesByLabel().values.filter { $0.lease["tenant"].string == tenant }
        #expect(listed.sorted() == held.map(\.id).sorted(), "\(round)")
        let again = try connection.get(
            "/v1/tenants/\(tenant)/allocation?index=\(seen.index)", headers: ["If-None-Match": seen.tag])
        #expect(again.status == 304 && again.body.isEmpty, "\(round)")
        seen.troubles = []
        return seen
    }

    /// Released leases end by time, which is a change of its own: waits for the tenant's last one.
    private func settle(_ tenant: String, _ seen: inout PollSeen) throws {
        while seen.answerCount == 0
            || JSONValue(bytes: seen.body)["leases"].array.contains(where: { $0["state"].string == "ending" })
        {
            KillPoller.note(
                try connection.get("/v1/tenants/\(tenant)/allocation?index=\(seen.index)&wait=60s"), &seen)
            try #require(seen.troubles.isEmpty, "\(round): \(seen.troubles)")
        }
    }
}
