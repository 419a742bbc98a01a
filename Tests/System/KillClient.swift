// One client of the kill test: requests and releases leases until its connection is lost.

import Synchronization

/// What one client asked for.
struct KillRequest: Sendable {
    let label: String
    let tenant: String
    let gpus: Int
    let body: String

    /// GPUs in one partition, and for every fourth a whole node beside it, so that half a lease could be told.
    init(label: String, tenant: String, using random: inout SeededGenerator) {
        let partition = [1, 2, 4, 8].randomElement(using: &random)!
        let hasNode = Int.random(in: 0..<4, using: &random) == 0
        self.label = label
        self.tenant = tenant
        gpus = partition + (hasNode ? 8 : 0)
        let node = hasNode ? #",{"shape":"node"}"# : ""
        body = """
            {"tenant":"\(tenant)","label":"\(label)","reservations":[{"shape":"gpu","gpus":\(partition)}\(node)],\
            "duration":"30d","reason":"kill test"}
            """
    }
}

/// A lease that was answered.
struct KillLease: Sendable {
    let id: String
    let request: KillRequest
}

/// What a client saw of one round.
struct KillLog: Sendable {
    enum InFlight: Sendable {
        case request(KillRequest)
        case release(KillLease)
    }

    var granted: [KillLease] = []
    var released: [KillLease] = []
    var refusedCount = 0
    var inFlight: InFlight?
    var troubles: [String] = []
}

/// Counts answers of all clients and kills the daemon at one of them.
final class KillSwitch: Sendable {
    private let left: Atomic<Int>
    private let kill: @Sendable () -> Void

    init(after answers: Int, kill: @escaping @Sendable () -> Void) {
        left = Atomic(answers)
        self.kill = kill
    }

    func answered() {
        if left.subtract(1, ordering: .relaxed).newValue == 0 { kill() }
    }
}

struct KillClient: Sendable {
    /// Requests that one client would send if nothing stopped it; 32 of them make 10,000.
    static let requestsPerRound = 313
    /// 32 clients × (32 GPUs + one lease of 16) leave room for what is in flight to be repeated.
    private static let gpusHeldMax = 32

    let index: Int
    let round: Int
    let socket: String
    let seed: UInt64
    var held: [KillLease]

    static func tenant(of client: Int) -> String { "tenant-\(client % 4)" }

    func run(_ killSwitch: KillSwitch) -> KillLog {
        var log = KillLog()
        do {
            try work(killSwitch, &log)
        } catch is ConnectionLost {
            // That is what the test is for.
        } catch is SystemFault {
            // It was killed before this client had connected.
        } catch {
            log.troubles.append("client \(index): \(error)")
        }
        return log
    }

    private func work(_ killSwitch: KillSwitch, _ log: inout KillLog) throws {
        var random = SeededGenerator(seed: seed)
        var held = held
        let connection = try HTTPConnection(path: socket)
        for number in 0..<Self.requestsPerRound {
            let gpus = held.reduce(0) { $0 + $1.request.gpus }
            if gpus > Self.gpusHeldMax || !held.isEmpty && Int.random(in: 0..<5, using: &random) < 2 {
                let lease = held.remove(at: Int.random(in: held.indices, using: &random))
                log.inFlight = .release(lease)
                let answer = try connection.request(
                    "DELETE", "/v1/leases/\(lease.id)?reason=over", headers: Self.key("release-\(lease.request.label)"))
                log.inFlight = nil
                if answer.status == 200 {
                    log.released.append(lease)
                } else {
                    log.troubles.append("release of \(lease.id): \(answer.status) \(answer.text)")
                }
            } else {
                let request = KillRequest(
                    label: "c\(index)-r\(round)-\(number)", tenant: Self.tenant(of: index), using: &random)
                log.inFlight = .request(request)
                let answer = try connection.post("/v1/leases", request.body, headers: Self.key(request.label))
                log.inFlight = nil
                if answer.status == 201, let id = answer.json["id"].string {
                    held.append(KillLease(id: id, request: request))
                    log.granted.append(held.last!)
                } else if answer.status == 409, answer.json["type"].string == "errors#no-capacity" {
                    // What is released in a second is free in the next, which a fast machine does not wait for.
                    log.refusedCount += 1
                } else {
                    log.troubles.append("request \(request.label): \(answer.status) \(answer.text)")
                }
            }
            killSwitch.answered()
        }
    }

    static func key(_ text: String) -> [String: String] { ["Idempotency-Key": text] }
}
