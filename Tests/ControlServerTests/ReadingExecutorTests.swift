// Long readings keep no change from the writer.

import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import ControlServer

@Suite("Threads for readings")
struct ReadingExecutorTests {
    /// Readings that keep their threads until they are let go.
    private final class Blocked: Sendable {
        private let gate = DispatchSemaphore(value: 0)
        private let began = DispatchSemaphore(value: 0)

        func read() {
            began.signal()
            gate.wait()
        }

        func awaitBegun(_ count: Int) async {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { [self] in
                    for _ in 0..<count { began.wait() }
                    continuation.resume()
                }
            }
        }

        func letGo(_ count: Int) { for _ in 0..<count { gate.signal() } }
    }

    @Test("while every thread for readings is kept, a change gets its turn, and readings that wait come on afterwards")
    func apart() async throws {
        let threadCount = max(2, ProcessInfo.processInfo.activeProcessorCount)
        let (blocked, readCount) = (Blocked(), 2 * threadCount)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<readCount {
                group.addTask {
                    try await amongReadings {
                        blocked.read()
                        return number
                    }
                }
            }
            await blocked.awaitBegun(threadCount)
            // Would wait for ever where readings take the program's own threads.
            #expect(try await besideEventLoops { 7 } == 7)
            blocked.letGo(readCount)
            var numbers: Set<Int> = []
            for try await number in group { numbers.insert(number) }
            #expect(numbers == Set(0..<readCount))
        }
    }

    @Test("all long reads and the backup run there, and no change does")
    func routes() {
        let routes = Route.all
        #expect(routes.contains { $0.isLongReading && $0.pattern == "/v1/audit" })
        #expect(routes.contains { $0.isLongReading && $0.pattern == "/v1/backup" })
        for route in routes where route.method != .get && route.pattern != "/v1/backup" {
            #expect(!route.isLongReading, "\(route.method) \(route.pattern)")
        }
        #expect(routes.allSatisfy { !($0.isShort && $0.isLongReading) })
    }
}
