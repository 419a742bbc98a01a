// Durable leases: one request each, and in batches.

import Foundation

private func leaseBody(tenant: String) -> String {
    """
    {"tenant":"\(tenant)","reservations":[{"name":"gpu","shape":"gpu","gpus":1,"count":1}],"duration":"365d",\
    "capPercent":60,"class":"standard","reason":"load"}
    """
}

/// A request for one GPU.
func leaseRequest(tenant: String) -> [UInt8] {
    request("POST", "/v1/leases", body: leaseBody(tenant: tenant))
}

func putTenants(_ arguments: Arguments) throws {
    let connection = try Connection(path: try arguments.text("socket"))
    for number in 0..<(try arguments.number("count", 100)) {
        let reply = try connection.exchange(
            request("PUT", "/v1/tenants/load-\(number)", body: #"{"description":"load","reason":"measuring"}"#))
        guard reply.status == 200 || reply.status == 201 else {
            throw LoadFault("putting tenant load-\(number) was answered \(reply.status)")
        }
    }
}

func leases(_ arguments: Arguments) throws {
    let connections = try arguments.number("connections", 64)
    let count = try arguments.number("count", 10_000)
    let hasKeys = arguments.optional("keys") == "yes"
    let only = arguments.optional("tenant")
    let tenants = try arguments.number("tenants", 100)
    let run = UInt64.random(in: .min ... .max)
    let server = arguments.server
    let result = try drive(
        socket: try arguments.text("socket"), connections: connections, count: count, server: server,
        expecting: [201]
    ) { number in
        let keys = hasKeys ? ["idempotency-key: \(run)-\(number)"] : []
        return request(
            "POST", "/v1/leases", body: leaseBody(tenant: only ?? "load-\(number % tenants)"), headers: keys)
    }
    Run(
        name: "one lease a request, \(connections) connections\(hasKeys ? ", with keys" : "")", unit: "leases",
        items: count, seconds: result.seconds, latencies: result.latencies, processor: result.processor
    ).show()
}

func batches(_ arguments: Arguments) throws {
    let size = try arguments.number("size", 256)
    let connections = try arguments.number("connections", 1)
    let count = try arguments.number("count", 10_000) / size
    let tenants = try arguments.number("tenants", 100)
    let isAtomic = arguments.optional("atomic") == "yes"
    let result = try drive(
        socket: try arguments.text("socket"), connections: connections, count: count, server: arguments.server,
        expecting: [200, 201]
    ) { number in
        let leases = (0..<size).map { leaseBody(tenant: "load-\((number * size + $0) % tenants)") }
        let body = #"{"atomic":\#(isAtomic),"leases":["# + leases.joined(separator: ",") + "]}"
        return request("POST", "/v1/leases:batch", body: body)
    }
    Run(
        name: "batches of \(size), \(connections) connections\(isAtomic ? ", atomic" : "")", unit: "leases",
        items: count * size, seconds: result.seconds, latencies: result.latencies, processor: result.processor
    ).show()
}
