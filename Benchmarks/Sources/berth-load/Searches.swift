// Searches and plans on the daemon: offers, refusals that say what would fit, load targets.

import Foundation
import Synchronization

/// One kind of question, asked again and again on one connection.
private struct Question {
    let name: String
    let method: String
    let path: String
    let body: @Sendable (_ number: Int) -> String
    let statuses: Set<Int>
}

private func questions(tenant: String) -> [Question] {
    func refusal(_ name: String, _ lines: String, _ more: String = "") -> Question {
        Question(
            name: "refused with counter-offers: \(name)", method: "POST", path: "/v1/leases",
            body: { _ in
                #"{"tenant":"\#(tenant)","reservations":[\#(lines)],"duration":"90d","reason":"measuring"\#(more)}"#
            }, statuses: [409])
    }
    return [
        Question(
            name: "offers for 64 whole blocks, start within three years", method: "POST", path: "/v1/offers",
            body: { number in
                #"""
                {"tenant":"\#(tenant)","reservations":[{"shape":"block","count":64,"gpu":["H100"]}],
                 "earliest":{"to":"2029-11-01T00:00:00Z"},"duration":"\#(30 + number % 60)d","capPercent":{"min":60,"max":80}}
                """#
            }, statuses: [200, 409]),
        refusal("500 blocks", #"{"shape":"block","count":500}"#),
        refusal("30,000 nodes", #"{"shape":"node","count":30000}"#, #","capPercent":100"#),
        refusal(
            "2,000 NVL72 and 14 trays", #"{"shape":"nvl72","count":2000},{"shape":"node","count":14,"gpu":["GB200"]}"#),
        Question(
            name: "plan a load target of 60 MW less for three hours", method: "PUT",
            path: "/v1/budgets/memphis-1-meter/load-targets/measured?dryRun=plan",
            body: { _ in #"{"reduceByWatts":60000000,"duration":"3h","reason":"measuring"}"# }, statuses: [200]),
        Question(
            name: "set a load target of 12 MW less on a substation", method: "PUT",
            path: "/v1/budgets/memphis-1-substation-a/load-targets/measured",
            body: { number in #"{"reduceByWatts":\#(12_000_000 + number),"duration":"3h","reason":"measuring"}"# },
            statuses: [200, 201]),
    ]
}

/// Asks each kind `count` times, and meanwhile takes one GPU after another on a connection beside it.
func searches(_ arguments: Arguments) throws {
    let socket = try arguments.text("socket")
    let count = try arguments.number("count", 100)
    let tenant = arguments.optional("tenant") ?? "load-0"
    let alone = try drive(socket: socket, connections: 1, count: count, server: nil, expecting: [201]) { _ in
        leaseRequest(tenant: tenant)
    }
    Run(
        name: "one lease a request, with no search beside it", unit: "leases", items: count, seconds: alone.seconds,
        latencies: alone.latencies
    ).show()
    for question in questions(tenant: tenant) {
        let isOver = Flag()
        let beside = Beside(socket: socket, tenant: tenant, until: isOver)
        let result = try drive(
            socket: socket, connections: 1, count: count, server: arguments.server, expecting: question.statuses
        ) { number in request(question.method, question.path, body: question.body(number)) }
        isOver.raise()
        Run(
            name: question.name, items: count, seconds: result.seconds, latencies: result.latencies,
            processor: result.processor
        ).show()
        let leases = try beside.finish()
        print(
            "  leases beside it: \(leases.count), p50 \(fixed(leases.latencies.micros(0.5), 0)) us, "
                + "p99 \(fixed(leases.latencies.micros(0.99), 0)) us")
    }
}

/// Takes leases on a connection of its own until it is told to stop.
private final class Beside: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    // Safe to share: read only after the thread has ended.
    private var samples: [Int64] = []
    private var fault: (any Error)?

    init(socket: String, tenant: String, until flag: Flag) {
        let thread = Thread { [self] in
            do {
                let connection = try Connection(path: socket)
                while !flag.isRaised {
                    let began = steadyNanoseconds()
                    let reply = try connection.exchange(leaseRequest(tenant: tenant))
                    samples.append(steadyNanoseconds() - began)
                    // Under a load target nothing more may fit.
                    guard reply.status == 201 || reply.status == 409 else {
                        throw LoadFault("a lease was answered \(reply.status)")
                    }
                }
            } catch { fault = error }
            done.signal()
        }
        thread.start()
    }

    func finish() throws -> (count: Int, latencies: Latencies) {
        done.wait()
        if let fault { throw fault }
        return (samples.count, Latencies(samples))
    }
}

/// Something that one thread tells another.
private final class Flag: Sendable {
    private let raised = Atomic<Bool>(false)
    var isRaised: Bool { raised.load(ordering: .relaxed) }
    func raise() { raised.store(true, ordering: .relaxed) }
}
