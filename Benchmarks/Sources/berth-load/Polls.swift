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
        let path = pollPath("load-\(tenant)")
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
    let start = server.processorSeconds().values.reduce(0, +)
    sleep(UInt32(seconds))
    let share = (server.processorSeconds().values.reduce(0, +) - start) / Double(seconds)
    print(
        "\(count) idle polls: \(fixed(share * 100, 2)) % of a core over \(seconds) s, \(fixed(kib, 1)) KiB each")
    try wake(waiting, control)
}

/// From sending a change to each waiting poll's answer: the change itself, made durable, is part of it.
private func wake(_ waiting: [[Connection]], _ control: Connection) throws {
    var samples: [Int64] = []
    var changes: [Int64] = []
    for (tenant, connections) in waiting.prefix(20).enumerated() {
        let body =
            #"{"tenant":"load-\#(tenant)","reservations":[{"shape":"gpu","gpus":1}],"duration":"30d","capPercent":60}"#
        let began = steadyNanoseconds()
        let reply = try control.exchange(request("POST", "/v1/leases", body: body))
        changes.append(steadyNanoseconds() - began)
        guard reply.status == 201 else { throw LoadFault("the change was answered \(reply.status)") }
        var left = connections.count
        var polled = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        while left > 0 {
            guard poll(&polled, nfds_t(polled.count), 10_000) > 0 else {
                throw LoadFault("\(left) polls of load-\(tenant) were not woken")
            }
            for (place, connection) in connections.enumerated() where polled[place].revents != 0 {
                _ = try connection.receive()
                samples.append(steadyNanoseconds() - began)
                polled[place].fd = -1
                polled[place].revents = 0
                left -= 1
            }
        }
    }
    let (woken, change) = (Latencies(samples), Latencies(changes))
    print(
        "waking \(waiting[0].count) polls of a tenant: from the change sent to a poll answered p50 "
            + "\(fixed(woken.micros(0.5), 0)) us, p99 \(fixed(woken.micros(0.99), 0)) us; the change itself p50 "
            + "\(fixed(change.micros(0.5), 0)) us")
}
