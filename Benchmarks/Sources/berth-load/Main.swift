// A load driver for the control socket.

import Foundation

@main
enum Main {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        do {
            let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
            switch arguments.verb {
            case "ready": try ready(arguments)
            case "tenants": try putTenants(arguments)
            case "leases": try leases(arguments)
            case "batch": try batches(arguments)
            case "poll": try polls(arguments)
            case "idle": try idlePolls(arguments)
            case "searches": try searches(arguments)
            case "sync": try measureSync(arguments)
            default: throw LoadFault(Arguments.usage)
            }
        } catch {
            FileHandle.standardError.write(Data("berth-load: \(error)\n".utf8))
            exit(1)
        }
    }
}

extension Arguments {
    var server: ServerProcess? { optional("pid").flatMap(Int.init).map { ServerProcess(id: $0) } }
}

/// Polls readiness every half millisecond, for at most two minutes.
func ready(_ arguments: Arguments) throws {
    let socket = try arguments.text("socket")
    let deadline = steadyNanoseconds() + 120_000_000_000
    while steadyNanoseconds() < deadline {
        if let connection = try? Connection(path: socket),
            let reply = try? connection.exchange(request("GET", "/readyz")), reply.status == 200
        {
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            return print(Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec))
        }
        usleep(500)
    }
    throw LoadFault("nothing answers on \(socket)")
}

/// Appends and syncs as a journal would, one at a time: the floor under one durable write on this disk.
func measureSync(_ arguments: Arguments) throws {
    let path = try arguments.text("file")
    let file = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw LoadFault("\(path): errno \(errno)") }
    defer {
        close(file)
        unlink(path)
    }
    let record = [UInt8](repeating: 7, count: 256)
    var samples: [Int64] = []
    let start = steadyNanoseconds()
    for _ in 0..<(try arguments.number("count", 2_000)) {
        let began = steadyNanoseconds()
        guard write(file, record, record.count) == record.count, fdatasync(file) == 0 else {
            throw LoadFault("fdatasync \(path): errno \(errno)")
        }
        samples.append(steadyNanoseconds() - began)
    }
    Run(
        name: "append 256 bytes and fdatasync", unit: "writes", items: samples.count,
        seconds: Double(steadyNanoseconds() - start) / 1e9, latencies: Latencies(samples)
    ).show()
}
