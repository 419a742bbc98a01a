// A small book with a little of everything, made by requests.

import FleetModel

@testable import ControlAPI
@testable import ControlServer
@testable import Leasing

enum Sample {
    /// When the book was opened.
    static let opened: Int64 = 1_800_000_000
    static let secret: [UInt8] = Array(0..<32)

    static func context(at now: Int64) -> CommandContext {
        CommandContext(
            actor: Actor(name: "uid:1000 ada", role: "operator"), reason: "drill", requestID: "r-0123456789abc",
            now: now)
    }

    static func role(of audience: Audience) -> Role {
        switch audience {
        case .provider: .operator
        case .tenant(let name): .tenant(name)
        }
    }

    /// The book, the entries that it is made of, and the time at which it stands.
    static let made: (book: Book, entries: [Entry], now: Int64) = {
        do { return try make() } catch { fatalError("the sample book is made of what a book takes: \(error)") }
    }()

    private static func make() throws -> (Book, [Entry], Int64) {
        let fleet = try FleetFile.parse(text: SampleFleets.tiny, file: "tiny", catalogue: SampleFleets.catalogue)
        var (book, entries, now) = (Book(), [Entry](), opened)
        func change(_ command: Command) throws {
            if let entry = try book.execute(command, context(at: now)).entry { entries.append(entry) }
        }
        try change(.open(bookID: String(repeating: "0", count: 32), secret: secret, fleet: fleet))
        for step in SampleRequests.all {
            // Between two requests time goes on, so that leases begin and end.
            now += step.secondsLater
            while true {
                let (entry, outcome) = try book.execute(.advance, context(at: now))
                if let entry { entries.append(entry) }
                if !outcome.hasMoreDue { break }
            }
            let input = step.input(book)
            guard let request = Addressed(input).flatMap({ RoutedRequest($0) }) else {
                fatalError("a request of the sample book has a route: \(step.address)")
            }
            do {
                for command in try request.commands(in: book, now: now) { try change(command) }
            } catch {
                fatalError("\(step.address): \(error)")
            }
        }
        return (book, entries, now)
    }
}

/// One request of the sample book.
struct SampleRequest {
    let address: String
    let body: String
    var secondsLater: Int64 = 1

    init(_ address: String, _ body: String = "", later seconds: Int64 = 1) {
        (self.address, self.body, secondsLater) = (address, body, seconds)
    }

    /// `#1` in the body is the id of lease 1.
    func input(_ book: Book) -> [UInt8] {
        var text = body
        for number in (1...20).reversed() {
            text = text.replacing("#\(number)", with: book.naming.id(of: UInt64(number)))
        }
        return Addressed.bytes(address, text)
    }
}

enum SampleRequests {
    /// What the book is made of, in order.
    static let all: [SampleRequest] = [
        SampleRequest("setCohort - research", #"{"quota": {"gpus": 64}, "description": "labs", "reason": "drill"}"#),
        SampleRequest(
            "setTenant - acme",
            #"{"quota": {"gpus": 96}, "cohort": "research", "borrowingLimit": {"gpus": 16}, "reason": "drill"}"#),
        SampleRequest("setTenant - rival", #"{"description": "Rival", "reason": "drill"}"#),
        SampleRequest("setContract - plain", contract),
        SampleRequest("setContract - spot", #"{"preemption": {"noticePeriod": "10m"}, "reason": "drill"}"#),
        SampleRequest(
            "requestLease -",
            #"""
            {"tenant": "acme", "contract": "plain", "reservations": [{"name": "nodes", "shape": "node", "count": 3,
             "gpu": ["H100"], "within": "block"}], "duration": "30d", "capWattsPerGpu": 600, "class": "guaranteed",
             "spares": {"perDomain": 1}, "reason": "drill"}
            """#),
        SampleRequest(
            "requestLease acme",
            #"""
            {"tenant": "acme", "reservations": [{"shape": "gpu", "gpus": 4, "count": 1}, {"shape": "mig", "count": 2,
             "profile": "1g.10gb", "gpu": ["H100"]}], "duration": "7d", "capPercent": 70, "label": "small",
             "reason": "drill"}
            """#),
        SampleRequest(
            "requestLease -",
            #"""
            {"tenant": "rival", "contract": "plain", "reservations": [{"name": "trays", "shape": "node",
             "within": "nvl72", "gpu": ["GB200"], "ramp": [{"at": "2027-01-20T00:00:00Z", "count": 4}, {"at": "2027-01-25T00:00:00Z",
             "count": 2}]}], "start": "2027-01-20T00:00:00Z", "end": "2027-02-20T00:00:00Z", "capPercent": 60,
             "reason": "drill"}
            """#),
        SampleRequest(
            "requestLease -",
            #"""
            {"tenant": "acme", "label": "nights", "reservations": [{"shape": "node", "count": 1, "gpu": ["GB200"]}],
             "recurrence": {"rule": "FREQ=DAILY;COUNT=3", "timeZone": "America/Chicago", "start": "2027-01-17T20:00",
             "duration": "2h"}, "capPercent": 50, "reason": "drill"}
            """#),
        SampleRequest(
            "identifyGpus -",
            #"""
            {"gpus": [{"node": "east-h1-b1-r1-n1", "module": 1, "uuid": "GPU-5c89f1d2-0a1b-2c3d-4e5f-60718293a4b5"}],
             "reason": "drill"}
            """#),
        SampleRequest(
            "cordonNodes -", #"{"nodes": "east-h1-r9-t18", "until": "2027-02-01T00:00:00Z", "reason": "fan"}"#),
        SampleRequest(
            "setMaintenance - pumps",
            #"""
            {"nodes": "east/h1/r9", "recurrence": {"rule": "FREQ=MONTHLY;COUNT=2", "timeZone": "UTC",
             "start": "2027-04-01T02:00", "duration": "3h"}, "reason": "pumps"}
            """#),
        SampleRequest(
            "makeTenantToken - acme", #"{"name": "ci", "scopes": ["read"], "expiresIn": "30d", "reason": "x"}"#),
        SampleRequest(
            "reportFaults acme acme",
            #"{"nodes": [{"node": "east-h1-b1-r1-n1", "modules": [1]}], "xid": 63, "text": "x"}"#,
            later: 60),
        SampleRequest(
            "amendLease - #1",
            #"{"extendBy": "2d", "reservations": [{"name": "nodes", "count": 4}], "reason": "drill"}"#),
        SampleRequest(
            "proposeTransfer acme",
            ##"{"lease": "#1", "to": "rival", "lines": [{"name": "nodes", "count": 1}], "reason": "x"}"##),
        SampleRequest(
            "proposeSublease acme", ##"{"lease": "#2", "to": "rival", "noticePeriod": "1d", "reason": "x"}"##),
        SampleRequest(
            "serveReclaim - #1", #"{"clause": "convenience", "gpus": 8, "reason": "drill"}"#, later: 2 * 86_400),
        SampleRequest(
            "setLoadTarget - feed grid",
            #"{"watts": 60000, "start": "2027-01-18T00:00:00Z", "duration": "3h", "reason": "drill"}"#
        ),
        SampleRequest("failFeed - feed battery", #"{"reason": "drill"}"#),
    ]

    private static let contract = #"""
        {"price": {"perMonth": {"currency": "USD", "micros": 920000000},
         "rampDiscounts": [{"months": 1, "percent": 10}]},
         "noticePeriod": "1d", "minimumTerm": "1d", "shedTier": 3, "spares": {"perDomain": 1},
         "availabilityTargetPercent": 99.5, "availabilityCredits": [{"below": 99, "percent": 10}],
         "reclaimForConvenience": {"maxPercent": 50, "maxTimes": 2, "per": "30d", "noticePeriod": "1d"},
         "curtailment": {"noticePeriod": "30m", "hoursPerMonth": 20}, "transfers": {"approval": true},
         "subleases": {"approval": false}, "movable": {"noticePeriod": "1h"}, "reason": "signed"}
        """#

    /// Requests to the book as it stands after those.
    static let further: [SampleRequest] = [
        SampleRequest("releaseLease acme #1"), SampleRequest("releaseSeries - nights acme"),
        SampleRequest("withdrawReclaim - #1"), SampleRequest("withdrawTransfer acme 1"),
        SampleRequest("answerTransfer rival 1", #"{"accept": true, "label": "ours", "reason": "drill"}"#),
        SampleRequest("answerSublease rival 1", #"{"accept": true, "label": "let", "reason": "drill"}"#),
        SampleRequest("endSublease acme 1"),
        SampleRequest("splitLease acme #1", #"{"lines": [{"name": "nodes", "count": 1}], "reason": "drill"}"#),
        SampleRequest("nominate acme #1", #"{"nodes": ["east-h1-b1-r1-n[1-2]"], "reason": "drill"}"#),
        SampleRequest("decideFault - 1", #"{"accept": true, "act": "drain", "reason": "drill"}"#),
        SampleRequest("restoreFeed - feed battery", #"{"reason": "drill"}"#),
        SampleRequest("failFeed - feed", #"{"reason": "drill"}"#),
        SampleRequest("removeLoadTarget - feed grid"), SampleRequest("removeMaintenance - pumps"),
        SampleRequest("acknowledgeOrders -", #"{"acknowledge": ["o-1", "o-2"]}"#),
        SampleRequest("faultNodes -", #"{"nodes": "east-h1-b1-r1-n[1-2]", "reason": "drill"}"#),
        SampleRequest("drainNodes -", #"{"nodes": "east/h1/b1", "reason": "drill"}"#),
        SampleRequest("removeTenant - rival"), SampleRequest("removeCohort - research"),
        SampleRequest("removeContract - spot"), SampleRequest("revokeToken - 1"),
        SampleRequest("freezeTime -", #"{"reason": "drill"}"#),
        SampleRequest(
            "setLoadTarget - feed shed x",
            #"{"reduceByWatts": 20000, "kind": "physical", "duration": "1h", "reason": "x"}"#),
        SampleRequest("answerApproval - 1", #"{"approve": true, "reason": "drill"}"#),
        SampleRequest(
            "requestLeases -",
            #"""
            {"atomic": true, "leases": [{"tenant": "acme", "reservations": [{"shape": "node", "count": 1}],
             "duration": "7d", "reason": "x"}, {"tenant": "rival", "reservations": [{"shape": "gpu", "gpus": 2,
             "spread": {"level": "rack", "max": 1}}], "duration": "1h", "reason": "x"}]}
            """#),
        SampleRequest(
            "importLeases -",
            #"""
            {"tenants": [{"name": "new", "specification": {}}], "leases": [{"tenant": "new", "reservations":
             [{"shape": "node", "hold": ["east-h1-r9-t17"]}], "duration": "30d"}], "reason": "x"}
            """#),
        SampleRequest(
            "findOffers acme",
            #"""
            {"tenant": "acme", "reservations": [{"shape": "node", "count": 2, "orElse": [{"shape": "gpu", "gpus": 4}]}],
             "earliest": {"to": "2029-06-01T00:00:00Z"}, "duration": {"min": "7d", "max": "30d"},
             "capPercent": {"min": 60, "max": 80}, "objectives": ["earliest", "cheapest"]}
            """#),
        SampleRequest(
            "planDefragmentation -", #"{"shape": "rack", "count": 1, "by": "2027-06-01T00:00:00Z"}"#),
        SampleRequest(
            "plan -",
            ##"""
            {"commands": [{"nodes": {"verb": "drain", "nodes": "east/h1/b1/r1"}},
             {"tenant": {"name": "acme", "quota": {"gpus": 16}}}, {"release": {"lease": "#2"}},
             {"loadTarget": {"budget": "feed", "id": "t", "watts": 50000, "duration": "1h"}},
             {"failFeed": {"budget": "feed", "source": "grid"}},
             {"reserve": {"tenant": "rival", "reservations": [{"shape": "node", "count": 1}], "duration": "1d"}}],
             "at": "2027-01-17T00:00:00Z", "reason": "what if"}
            """##),
    ]
}
