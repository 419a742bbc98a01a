// Many threads, one connection each, and what they saw.

import Foundation
import Synchronization

func steadyNanoseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}

/// Latencies in nanoseconds.
struct Latencies {
    private var sorted: [Int64]

    init(_ samples: [Int64]) { sorted = samples.sorted() }

    /// Microseconds; `rank` is 0.5 for the median.
    func micros(_ rank: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * rank))]) / 1_000
    }
}

/// The result of one run, printed as one line.
struct Run {
    var name: String
    /// What is counted, such as leases; a request may carry several.
    var unit = "requests"
    var items = 0
    var seconds = 0.0
    var latencies = Latencies([])
    var processor: [String: Double] = [:]

    func show() {
        let rate = Double(items) / seconds
        var line = "\(name): \(fixed(rate, 0)) \(unit)/s, p50 \(fixed(latencies.micros(0.5), 0)) us, "
        line += "p99 \(fixed(latencies.micros(0.99), 0)) us"
        let total = processor.values.reduce(0, +)
        if total > 0 {
            line += ", server CPU \(fixed(total / Double(items) * 1e6, 1)) us each ("
            let parts = processor.filter { $0.value / total > 0.02 }.sorted { $0.value > $1.value }
            line += parts.map { "\($0.key) \(fixed($0.value / Double(items) * 1e6, 1))" }.joined(separator: ", ") + ")"
        }
        print(line)
    }
}

func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// Runs `count` requests over `connections` threads; `request` gives the bytes of the number-th one.
func drive(
    socket: String, connections: Int, count: Int, server: ServerProcess?, expecting statuses: Set<Int>,
    request: @escaping @Sendable (_ number: Int) -> [UInt8]
) throws -> (seconds: Double, latencies: Latencies, processor: [String: Double]) {
    let next = Atomic<Int>(0)
    let shared = Mutex<(samples: [Int64], fault: (any Error)?)>(([], nil))
    let open = try (0..<connections).map { _ in try Connection(path: socket) }
    let before = server?.processorSeconds() ?? [:]
    let start = steadyNanoseconds()
    let threads = open.map { connection in
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            var samples: [Int64] = []
            do {
                while true {
                    let number = next.add(1, ordering: .relaxed).oldValue
                    guard number < count else { break }
                    let bytes = request(number)
                    let began = steadyNanoseconds()
                    let reply = try connection.exchange(bytes)
                    samples.append(steadyNanoseconds() - began)
                    guard statuses.contains(reply.status) else {
                        throw LoadFault("request \(number) was answered \(reply.status)")
                    }
                }
            } catch {
                shared.withLock { $0.fault = error }
            }
            shared.withLock { $0.samples += samples }
            done.signal()
        }
        thread.start()
        return done
    }
    for done in threads { done.wait() }
    let seconds = Double(steadyNanoseconds() - start) / 1e9
    let (samples, fault) = shared.withLock { ($0.samples, $0.fault) }
    if let fault { throw fault }
    var processor = server?.processorSeconds() ?? [:]
    for (name, spent) in before { processor[name, default: 0] -= spent }
    return (seconds, Latencies(samples), processor)
}
