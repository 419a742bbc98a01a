// What the clients of one book and whoever kills its daemon have in common.

import Foundation
import Glibc
import Simulation
import Synchronization

/// A lease that some client was granted or saw.
struct KnownLease: Sendable {
    var id: String
    var label: String
    var gpus: Int
}

/// The scene of one book.
final class CrashScene: Sendable {
    private struct State {
        /// Counts the daemon's lives; even: it is down.
        var generation = 0
        var isOver = false
        var leases: [KnownLease] = []
        var operations: [HistoryOperation] = []
        /// Writes that were answered, for asking once more.
        var answered: [SentWrite] = []
        var troubles: [String] = []
        var codes: [String: Int] = [:]
    }

    let socket: String
    let fleet: CrashFleet
    let bell = Bell()
    /// Requests that were answered, whatever the answer.
    private let answers = Atomic<Int>(0)
    private let state = Mutex(State())

    init(socket: String, fleet: CrashFleet) {
        self.socket = socket
        self.fleet = fleet
    }

    // MARK: The daemon's lives

    /// The life that the daemon is in; nil while it is down.
    var life: Int? { state.withLock { $0.generation % 2 == 1 ? $0.generation : nil } }

    var isOver: Bool { state.withLock { $0.isOver } }

    func begin() {
        state.withLock { $0.generation += 1 }
        bell.ring()
    }

    /// The daemon is not there any more.
    func end() {
        state.withLock { if $0.generation % 2 == 1 { $0.generation += 1 } }
        bell.ring()
    }

    /// No client begins anything any more.
    func finish() {
        state.withLock { $0.isOver = true }
        bell.ring()
    }

    /// Waits for a life after `last`; nil when there will be none.
    func awaitLife(after last: Int) -> Int? {
        var result: Int?
        _ = bell.wait(seconds: 3_600) {
            result = life
            return isOver || result.map { $0 > last } ?? false
        }
        return isOver ? nil : result
    }

    // MARK: Answers

    var answerCount: Int { answers.load(ordering: .relaxed) }

    func noteAnswer() {
        answers.add(1, ordering: .relaxed)
        bell.ring()
    }

    func add(_ operation: HistoryOperation) {
        state.withLock { state in
            state.operations.append(operation)
            if case .refused(let code) = operation.answer { state.codes[code, default: 0] += 1 }
        }
    }

    func noteTrouble(_ text: String) { state.withLock { if $0.troubles.count < 100 { $0.troubles.append(text) } } }

    var operations: [HistoryOperation] { state.withLock { $0.operations } }
    var troubles: [String] { state.withLock { $0.troubles } }
    var codes: [String: Int] { state.withLock { $0.codes } }

    // MARK: Leases

    func add(_ lease: KnownLease) {
        state.withLock { state in
            if !state.leases.contains(where: { $0.id == lease.id }) { state.leases.append(lease) }
        }
    }

    func remove(_ id: String) { state.withLock { $0.leases.removeAll { $0.id == id } } }

    /// One of the leases that nobody knows to be released; nil where there is none.
    func pick(_ random: inout SimulationRandom) -> KnownLease? {
        let draw = Int(random.next() >> 33)
        return state.withLock { $0.leases.isEmpty ? nil : $0.leases[draw % $0.leases.count] }
    }

    /// GPUs of all leases that nobody knows to be released.
    var gpusHeld: Int { state.withLock { $0.leases.reduce(0) { $0 + $1.gpus } } }

    func keep(_ write: SentWrite) {
        state.withLock { state in
            if state.answered.count < 1_000 { state.answered.append(write) }
        }
    }

    /// A write that was answered some time ago.
    func pickAnswered(_ random: inout SimulationRandom) -> SentWrite? {
        let draw = Int(random.next() >> 33)
        return state.withLock { $0.answered.isEmpty ? nil : $0.answered[draw % $0.answered.count] }
    }
}

/// A write as it goes over the wire, so that it can go again.
struct SentWrite: Sendable {
    var id: String
    var request: HistoryRequest
    var method: String
    var target: String
    var body: [UInt8]?
}

/// The fleet of a trial: small, so that clients are in each other's way.
struct CrashFleet: Sendable {
    static let racks = 2
    static let nodesPerRack = 8
    static let gpusPerNode = 8
    static let gpus = racks * nodesPerRack * gpusPerNode

    /// 128 GPUs that are ready for the next holder at once.
    static let text = """
        version: 1
        name: crash
        sites:
          - name: lab
            pue: 1.15
            networkPercent: 5
            energyPricePerMWh: 80.25
            carbonGramsPerKWh: 300
            reliabilityPercent: 99.95
            turnRound: {cleaning: 0s, validating: 0s, endsBy: timer}
            halls:
              - name: h1
                blocks:
                  - {name: b1, platform: hgx-h100, racks: \(racks), nodesPerRack: \(nodesPerRack)}
            power:
              - name: lab-meter
                rating: 10 MW
                measuredAt: meter
                sources:
                  - {name: grid, kind: grid, power: 10 MW}
            cooling:
              - name: lab-loop
                rating: 10 MW
                measuredAt: it

        """

    /// The name of one node, by a number.
    static func node(_ number: Int) -> String {
        "lab-h1-b1-r\(number / nodesPerRack % racks + 1)-n\(number % nodesPerRack + 1)"
    }
}
