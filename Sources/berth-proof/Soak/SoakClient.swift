// One client of a soak: takes the next place of the schedule, waits for its time, asks, and notes how long it took from
// then.

import Foundation
import Glibc
import Simulation
import Synchronization

/// What is asked for at a place of the schedule.
enum SoakOperation: String, CaseIterable, Sendable {
    case request, batch, extend, recap, release, node
    case lease, list, allocation, status, nodes, audit, ledger, budgets, plan

    /// Whether it goes through the writer.
    var isWrite: Bool {
        switch self {
        case .request, .batch, .extend, .recap, .release, .node: true
        default: false
        }
    }

    var kind: String { isWrite ? "writes" : "reads" }
}

/// A client on a thread of its own.
struct SoakClient {
    static func tenantName(_ number: Int) -> String { "soak-\(number)" }
    /// Codes with which a sound request may be refused by what others, or time, have done.
    private static let usual: Set<String> = ["no-capacity", "wrong-state", "not-found", "in-use"]
    /// Half of what is leased in the run ends by itself.
    private static let shortSeconds = 20...240
    private static let longSeconds: Int64 = 30 * 86_400

    let index: Int
    let scene: SoakScene
    let settings: SoakSettings
    /// When the schedule begins, by the steady clock.
    let start: Int64
    private var random: SimulationRandom
    private var number = 0

    init(index: Int, scene: SoakScene, settings: SoakSettings, start: Int64) {
        (self.index, self.scene, self.settings, self.start) = (index, scene, settings, start)
        random = SimulationRandom(seed: settings.seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
    }

    mutating func run() {
        let rate = settings.writesPerSecond + settings.readsPerSecond
        while let life = scene.awaitLife() {
            do {
                let connection = try PlainConnection(path: scene.socket)
                while !scene.isOver, scene.life == life {
                    let place = scene.nextPlace.add(1, ordering: .relaxed).oldValue
                    guard place < settings.operationsMax else { return }
                    let intended = start + Int64(place) * 1_000_000_000 / Int64(rate)
                    SoakTime.sleep(until: intended)
                    // What should have been asked while the daemon was down is not asked: it was not there to be slow.
                    guard scene.life == life else { break }
                    try perform(operation(at: place, of: rate), intended, connection, life)
                }
            } catch let lost as ConnectionLost {
                if scene.life == life, !scene.isOver {
                    scene.noteTrouble(
                        "client \(index) lost its connection"
                            + (lost.isSilent ? " after \(PlainConnection.answerSecondsMax) s of silence" : ""))
                    usleep(100_000)
                }
            } catch {
                scene.noteTrouble("client \(index): \(error)")
            }
        }
    }

    /// Reads and writes take turns by their rates.
    private mutating func operation(at place: Int, of rate: Int) -> SoakOperation {
        guard place % rate * settings.writesPerSecond % rate < settings.writesPerSecond else {
            return [.lease, .list, .allocation, .status, .nodes, .audit, .ledger, .budgets, .plan][
                random.offset(weights: [4_000, 1_500, 2_000, 300, 600, 10, 40, 200, 500])]
        }
        let missing = settings.leases - scene.leaseCount
        let wanted = missing > 0 ? 44 + min(30, missing / 4) : max(10, 44 + missing / 4)
        return [.request, .batch, .extend, .recap, .release, .node][
            random.offset(weights: [wanted, 1, 12, 10, missing < 0 ? 26 : 18, 4])]
    }

    // MARK: Operations

    private mutating func perform(
        _ operation: SoakOperation, _ intended: Int64, _ connection: PlainConnection, _ life: Int
    ) throws {
        let now = Int64(Foundation.time(nil))
        var target: (method: String, path: String, body: String?)
        var picked: SoakLease?
        var end: Int64 = 0
        switch operation {
        case .request:
            let lease = order(now)
            end = lease.end
            target = ("POST", "/v1/leases", lease.body)
        case .batch:
            // All of them end by themselves, so that none is forgotten here and stays there.
            let orders = (0..<4).map { _ in
                Self.order(tenant(), now, endsSoon: true, mayBeginLater: false, &random)
            }
            end = orders.map(\.end).min() ?? now
            target = (
                "POST", "/v1/leases:batch",
                #"{"atomic":false,"leases":["# + orders.map(\.body).joined(separator: ",") + "]}"
            )
        case .extend:
            guard let lease = scene.pick(&random, now: now + 2, taking: false) else { return }
            picked = lease
            end = lease.end + Int64(random.within(10...120))
            target = (
                "POST", "/v1/leases/\(lease.id)/amendments", #"{"end":"\#(SoakTime.text(end))","reason":"soak"}"#
            )
        case .recap:
            guard let lease = scene.pick(&random, now: now + 2, taking: false) else { return }
            target = (
                "POST", "/v1/leases/\(lease.id)/amendments",
                #"{"capPercent":\#(random.within(45...55)),"reason":"soak"}"#
            )
        case .release:
            guard let lease = scene.pick(&random, now: now, taking: true) else { return }
            target = ("DELETE", "/v1/leases/\(lease.id)?reason=soak", nil)
        case .node:
            guard let (verb, node) = scene.nextNodeVerb(&random) else { return }
            target = ("POST", "/v1/nodes:\(verb)", #"{"nodes":"\#(node)","reason":"soak"}"#)
        case .lease:
            guard let lease = scene.pick(&random, now: now, taking: false) else { return }
            target = ("GET", "/v1/leases/\(lease.id)", nil)
        case .list: target = ("GET", "/v1/leases?tenant=\(tenant())&limit=100", nil)
        case .allocation: target = ("GET", "/v1/tenants/\(tenant())/allocation", nil)
        case .status: target = ("GET", "/v1/status", nil)
        case .nodes:
            target = ("GET", "/v1/nodes?limit=100" + (random.below(2) == 0 ? "&state=faulty" : ""), nil)
        case .audit: target = ("GET", "/v1/audit?limit=100&tenant=\(tenant())", nil)
        case .ledger: target = ("GET", "/v1/tenants/\(tenant())/ledger", nil)
        case .budgets: target = ("GET", "/v1/budgets?depth=2", nil)
        case .plan: target = ("POST", "/v1/leases?dryRun=plan", order(now).body)
        }
        number += 1
        // As clients do that may lose an answer.
        let key = operation.isWrite ? "soak-\(settings.seed)-\(index)-\(number)" : nil
        let answer = try connection.request(target.method, target.path, target.body.map { Array($0.utf8) }, key: key)
        scene.record(operation.rawValue, kind: operation.kind, steadyNanoseconds() - intended)
        guard answer.isDone else {
            // A daemon that is being ended may say so.
            guard scene.life == life else { return }
            scene.noteRefusal("\(operation.rawValue) \(answer.code)")
            if !Self.usual.contains(answer.code) {
                scene.noteTrouble(
                    "\(operation.rawValue) was answered \(answer.status): "
                        + String(decoding: answer.body.prefix(500), as: UTF8.self))
            }
            return
        }
        switch operation {
        case .request, .batch: scene.add(SoakAnswers.leases(in: answer.body).map { SoakLease(id: $0, end: end) })
        case .extend: if let picked { scene.noteEnd(end, of: picked.id) }
        default: break
        }
    }

    private mutating func tenant() -> String { Self.tenantName(random.below(settings.tenants)) }

    private mutating func order(_ now: Int64) -> (body: String, end: Int64) {
        Self.order(tenant(), now, endsSoon: random.below(2) == 0, mayBeginLater: true, &random)
    }

    /// The body of a request for a lease of some GPUs or nodes, and its end.
    static func order(
        _ tenant: String, _ now: Int64, endsSoon: Bool, mayBeginLater: Bool, _ random: inout SimulationRandom
    ) -> (body: String, end: Int64) {
        let shape =
            switch random.below(100) {
            case ..<70: #"{"shape":"gpu","gpus":\#([1, 1, 2, 4, 8][random.below(5)]),"count":\#(random.within(1...2))}"#
            case ..<97: #"{"shape":"node","count":\#(random.within(1...3))}"#
            default: #"{"shape":"rack","count":1}"#
            }
        let seconds = endsSoon ? Int64(random.within(shortSeconds)) : longSeconds
        let start = mayBeginLater && random.below(10) == 0 ? now + Int64(random.within(5...60)) : nil
        let end = (start ?? now) + seconds
        let window = (start.map { #""start":"\#(SoakTime.text($0))","# } ?? "") + #""end":"\#(SoakTime.text(end))""#
        return (
            #"{"tenant":"\#(tenant)","reservations":[\#(shape)],\#(window),"capPercent":50,"class":"standard","#
                + #""reason":"soak"}"#, end
        )
    }
}

/// Times as a soak needs them.
enum SoakTime {
    /// Sleeps until the steady clock shows that, or not at all.
    static func sleep(until nanoseconds: Int64) {
        var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        while clock_nanosleep(CLOCK_MONOTONIC, Int32(TIMER_ABSTIME), &time, nil) == EINTR {}
    }

    /// Seconds since 1970 as RFC 3339 has it.
    static func text(_ seconds: Int64) -> String {
        var (time, parts) = (time_t(seconds), tm())
        gmtime_r(&time, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1_900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T\(two(parts.tm_hour)):"
            + "\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }
}

extension SimulationRandom {
    /// A number of a range, each equally likely.
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }
}
