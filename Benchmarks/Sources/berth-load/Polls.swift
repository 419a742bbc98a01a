// The tenant's poll: of an answer that has not changed, and thousands that wait.

import Foundation

private func pollPath(_ tenant: String) -> String { "/v1/tenants/\(tenant)/allocation" }

func polls(_ arguments: Arguments) throws {
    let socket = try arguments.text("socket")
    let path = pollPath(try arguments.text("tenant"))
    let connections = try arguments.number("connections", 64)
    let count = try arguments.number("count", 200_000)
    let isConditional = arguments.optional("match") == "yes"
    let first = try Connection(path: socket).exchange(request("GET", path))
    guard first.status == 200 else { throw LoadFault("\(path) was answered \(first.status)") }
    let headers = isConditional ? ["if-none-match: \(first.entityTag ?? "")"] : []
    let bytes = request("GET", path, headers: headers)
    let result = try drive(
        socket: socket, connections: connections, count: count, server: arguments.server,
        expecting: [isConditional ? 304 : 200]
    ) { _ in bytes }
    Run(
        name: "poll, unchanged, \(first.bodyBytes) bytes, \(isConditional ? "304" : "200"), \(connections) connections",
        items: count, seconds: result.seconds, latencies: result.latencies, processor: result.processor
    ).show()
}

/// Opens polls that wait, looks at what they cost while nothing changes, then wakes those of one tenant at a time.
func idlePolls(_ arguments: Arguments) throws {
    let socket = try arguments.text("socket")
    let count = try arguments.number("polls", 10_000)
    let tenants = try arguments.number("tenants", 100)
    let seconds = try arguments.number("seconds", 10)
    guard let server = arguments.server else { throw LoadFault("idle wants --pid") }
    let before = server.memoryKiB("VmRSS")
    let control = try Connection(path: socket)
    var waiting: [[Connection]] = []
    for tenant in 0..<tenants {
        // Tenants of their own, with next to nothing in their answers: what is sent is not what is measured.
        let reply = try control.exchange(
            request("PUT", "/v1/tenants/idle-\(tenant)", body: #"{"description":"load","reason":"measuring"}"#))
        guard reply.status == 200 || reply.status == 201 else {
            throw LoadFault("putting tenant idle-\(tenant) was answered \(reply.status)")
        }
        let path = pollPath("idle-\(tenant)")
        guard let index = try control.exchange(request("GET", path)).index else { throw LoadFault("\(path): no index") }
        let bytes = request("GET", path + "?index=\(index)&wait=300s")
        waiting.append(
            try (0..<count / tenants).map { _ in
                let connection = try Connection(path: socket)
                try connection.send(bytes)
                return connection
            })
    }
    // The answer to a later request on another connection says nothing of the polls, so give them a second to arrive.
    sleep(1)
    let kib = Double(server.memoryKiB("VmRSS") - before) / Double(count)
    let start = server.totalProcessorSeconds()
    sleep(UInt32(seconds))
    let share = (server.totalProcessorSeconds() - start) / Double(seconds)
    print(
        "\(count) idle polls: \(fixed(share * 100, 2)) % of a core over \(seconds) s, \(fixed(kib, 1)) KiB each")
    try wake(waiting, control)
}

/// What woken polls wait for beyond the change: from the first word of it that reaches anybody, the change's own answer or a
/// poll's, to each poll's answer; and from sending the change, which is made durable in between.
private func wake(_ waiting: [[Connection]], _ control: Connection) throws {
    var (sinceSent, sinceFirst, changes): ([Int64], [Int64], [Int64]) = ([], [], [])
    for (tenant, connections) in waiting.prefix(20).enumerated() {
        let body =
            #"{"tenant":"idle-\#(tenant)","reservations":[{"shape":"gpu","gpus":1}],"duration":"30d","capPercent":60}"#
        let began = steadyNanoseconds()
        try control.send(request("POST", "/v1/leases", body: body))
        let all = [control] + connections
        var polled = all.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        var arrivals: [Int64] = []
        while arrivals.count < all.count {
            guard poll(&polled, nfds_t(polled.count), 10_000) > 0 else {
                throw LoadFault("\(all.count - arrivals.count) polls of idle-\(tenant) were not woken")
            }
            // The time is taken before answers are read, so that this client's own work does not count as theirs.
            let now = steadyNanoseconds()
            for place in all.indices where polled[place].revents != 0 {
                let reply = try all[place].receive()
                guard place > 0 || reply.status == 201 else {
                    throw LoadFault("the change was answered \(reply.status)")
                }
                if place == 0 { changes.append(now - began) } else { sinceSent.append(now - began) }
                arrivals.append(now)
                polled[place].fd = -1
                polled[place].revents = 0
            }
        }
        sinceFirst += arrivals.map { $0 - arrivals[0] }
    }
    let (sent, first, change) = (Latencies(sinceSent), Latencies(sinceFirst), Latencies(changes))
    print(
        "waking \(waiting[0].count) polls of a tenant at once: from the first answer to a poll answered p50 "
            + "\(fixed(first.micros(0.5), 0)) us, p99 \(fixed(first.micros(0.99), 0)) us; from the change sent p50 "
            + "\(fixed(sent.micros(0.5), 0)) us, p99 \(fixed(sent.micros(0.99), 0)) us, the change itself p50 "
            + "\(fixed(change.micros(0.5), 0)) us")
}
