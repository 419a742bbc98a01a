// One client: it asks, amends, releases, reads and polls until the trial is over, through all lives of the daemon.

import ControlAPI
import Foundation
import Glibc
import Simulation

/// A client on a thread of its own.
struct CrashClient {
    /// A request that has been sent and not answered.
    private struct Pending {
        var write: SentWrite
        var invoked: Int64
        /// The life in which it was last sent.
        var life: Int
    }

    static let tenants = (0..<3).map { "tenant-\($0)" }
    /// Every fifth client is an operator that does things to nodes.
    private static let clientsPerOperator = 5
    /// Codes with which a sound request may be refused by what others have done.
    private static let usual: Set<String> = ["no-capacity", "quota-exceeded", "wrong-state"]
    private static let fiftyDays: Int64 = 50 * 86_400

    let index: Int
    let scene: CrashScene
    private var random: SimulationRandom
    private var number = 0
    private var pending: Pending?

    init(index: Int, scene: CrashScene, seed: UInt64) {
        self.index = index
        self.scene = scene
        random = SimulationRandom(seed: seed)
    }

    private var tenant: String { Self.tenants[index % Self.tenants.count] }

    mutating func run() {
        var last = 0
        while let life = scene.awaitLife(after: last) {
            last = life
            // Where there are no more files for connections, another may be had later in the same life.
            while scene.life == life, !scene.isOver {
                do {
                    let connection = try PlainConnection(path: scene.socket)
                    while !scene.isOver { try step(connection, life) }
                } catch let lost as ConnectionLost {
                    if lost.isSilent {
                        scene.noteTrouble("client \(index) had no answer for \(PlainConnection.answerSecondsMax) s")
                    }
                } catch {
                    scene.noteTrouble("client \(index): \(error)")
                }
                usleep(UInt32(1_000 + random.below(4_000)))
            }
        }
        if let left = pending { give(up: left) }
    }

    private mutating func give(up left: Pending) {
        scene.add(
            HistoryOperation(
                id: left.write.id, request: left.write.request, invoked: left.invoked, returned: .max, answer: .unknown)
        )
        pending = nil
    }

    private mutating func step(_ connection: PlainConnection, _ life: Int) throws {
        if let left = pending {
            // A lost reply is asked for again under its key, or left unknown.
            if random.below(4) == 0 { give(up: left) } else { return try send(left.write, connection, life) }
        }
        if index % Self.clientsPerOperator == Self.clientsPerOperator - 1, random.below(2) == 0 {
            return try send(nodeVerb(), connection, life)
        }
        let crowd = scene.gpusHeld * 100 / CrashFleet.gpus
        switch random.offset(weights: [max(5, 60 - crowd / 2), 5 + crowd / 4, 15, 18, 6, 8, 4]) {
        case 0: try send(create(), connection, life)
        case 1:
            guard let lease = scene.pick(&random) else { return try send(create(), connection, life) }
            try send(write(.release(lease: lease.id), "DELETE", Routes.lease(lease.id), query: true), connection, life)
        case 2:
            guard let lease = scene.pick(&random) else { return try send(create(), connection, life) }
            try send(amend(lease), connection, life)
        case 3:
            guard let lease = scene.pick(&random) else { return try send(create(), connection, life) }
            try read(.read(lease: lease.id), Routes.lease(lease.id), connection)
        case 4: try read(.list, Routes.leases + "?state=active&limit=1000", connection)
        case 5: try read(.poll(tenant: tenant), Routes.tenantAllocation(tenant) + "?index=0", connection)
        default:
            guard let write = scene.pickAnswered(&random) else { return try send(create(), connection, life) }
            try again(write, connection)
        }
    }

    // MARK: Writes

    private mutating func name() -> String {
        number += 1
        return "c\(index)-\(number)"
    }

    private mutating func write(
        _ request: HistoryRequest, _ method: String, _ target: String, query: Bool = false
    ) -> SentWrite {
        let id = name()
        return SentWrite(
            id: id, request: request, method: method, target: query ? "\(target)?reason=\(id)" : target, body: nil)
    }

    /// An end that no other operation names.
    private func end() -> Int64 {
        // The clock of the daemon may be hours ahead; ends of different operations are a second apart or more.
        Int64(Foundation.time(nil)) / 86_400 * 86_400 + Self.fiftyDays + Int64(index) * 20_000 + Int64(number)
    }

    /// One lease, and at times two or three that are granted together or not at all.
    private mutating func create() -> SentWrite {
        let id = name()
        let end = end()
        let count = max(1, random.below(6) - 2)
        let labels = count == 1 ? [id] : (1...count).map { "\(id)-of-\(count)-\($0)" }
        var requests: [LeaseRequest] = []
        for label in labels {
            var line = ReservationRequest(shape: .gpu, gpus: [1, 2, 4, 8][random.below(4)])
            if random.below(4) == 0 { line = ReservationRequest(shape: .node, count: 1 + random.below(2)) }
            requests.append(
                LeaseRequest(
                    tenant: tenant, label: label, reservations: [line], end: Timestamp(epochSeconds: end), reason: id))
        }
        guard count == 1 else {
            return SentWrite(
                id: id, request: .createAll(labels: labels, end: end), method: "POST", target: Routes.leaseBatch,
                body: CanonicalJSON.encode(LeaseBatchRequest(atomic: true, leases: requests)))
        }
        return SentWrite(
            id: id, request: .create(label: id, end: end), method: "POST", target: Routes.leases,
            body: CanonicalJSON.encode(requests[0]))
    }

    private mutating func amend(_ lease: KnownLease) -> SentWrite {
        let id = name()
        let end = end()
        return SentWrite(
            id: id, request: .amend(lease: lease.id, end: end), method: "POST",
            target: Routes.leaseAmendments(lease.id),
            body: CanonicalJSON.encode(AmendmentRequest(end: Timestamp(epochSeconds: end), reason: id)))
    }

    /// Mostly on a few nodes, so that most of the fleet is whole.
    private mutating func nodeVerb() -> SentWrite {
        let verbs: [NodeVerb] = [.cordon, .uncordon, .drain, .undrain, .fault, .repair, .uncordon, .repair, .undrain]
        let verb = verbs[random.below(verbs.count)]
        let node = CrashFleet.node(random.below(4))
        let id = name()
        return SentWrite(
            id: id, request: .other("\(verb.rawValue) \(node)"), method: "POST", target: "/v1/nodes:\(verb.rawValue)",
            body: CanonicalJSON.encode(NodeVerbRequest(nodes: node, reason: id)))
    }

    private mutating func send(_ write: SentWrite, _ connection: PlainConnection, _ life: Int) throws {
        let isRepeated = pending != nil
        var sent = pending ?? Pending(write: write, invoked: steadyNanoseconds(), life: life)
        // In the life in which it was sent before, it may still be on its way while it is refused.
        let mayBeOnItsWay = isRepeated && sent.life == life
        sent.life = life
        pending = sent
        let plain = try connection.request(write.method, write.target, write.body, key: write.id)
        let returned = steadyNanoseconds()
        var answer = try plain.answer(to: write.request)
        if case .refused(let code) = answer {
            // What says "not now" says nothing of the time before.
            if mayBeOnItsWay || isRepeated && HistoryCheck.isPassing(code) { answer = .unknown }
            note(code, plain)
        }
        pending = nil
        scene.add(
            HistoryOperation(
                id: write.id, request: write.request, invoked: sent.invoked, returned: returned, answer: answer))
        learn(write, answer)
        scene.noteAnswer()
    }

    private func learn(_ write: SentWrite, _ answer: HistoryAnswer) {
        guard case .done(_, let leases) = answer else { return }
        switch write.request {
        case .create, .createAll:
            for sight in leases {
                scene.add(KnownLease(id: sight.lease, label: sight.label, gpus: sight.gpus.count))
            }
        default: break
        }
        if case .release(let lease) = write.request { scene.remove(lease) }
        if case .other = write.request { return }
        scene.keep(write)
    }

    private func note(_ code: String, _ answer: PlainAnswer) {
        guard !Self.usual.contains(code), !HistoryCheck.isPassing(code) else { return }
        scene.noteTrouble("client \(index) was refused: \(String(decoding: answer.body.prefix(500), as: UTF8.self))")
    }

    // MARK: Reads

    private mutating func read(_ request: HistoryRequest, _ target: String, _ connection: PlainConnection) throws {
        let invoked = steadyNanoseconds()
        let plain = try connection.request("GET", target)
        let returned = steadyNanoseconds()
        let answer = try plain.answer(to: request)
        if case .refused(let code) = answer { note(code, plain) }
        scene.add(HistoryOperation(id: name(), request: request, invoked: invoked, returned: returned, answer: answer))
        // Leases of lost replies are found here.
        for sight in answer.leases where sight.phase == .live {
            scene.add(KnownLease(id: sight.lease, label: sight.label, gpus: sight.gpus.count))
        }
        for sight in answer.leases where sight.phase != .live { scene.remove(sight.lease) }
        scene.noteAnswer()
    }

    private mutating func again(_ write: SentWrite, _ connection: PlainConnection) throws {
        let invoked = steadyNanoseconds()
        let plain = try connection.request(write.method, write.target, write.body, key: write.id)
        let returned = steadyNanoseconds()
        let request = HistoryRequest.again(write.id)
        let answer = try plain.answer(to: write.request)
        if case .refused(let code) = answer { note(code, plain) }
        scene.add(HistoryOperation(id: name(), request: request, invoked: invoked, returned: returned, answer: answer))
        scene.noteAnswer()
    }
}
