// Where requests are answered: on the event loop of their connection, on the threads of the program, or on those for
// long readings.

import ControlAPI
import HTTPTypes
import Hummingbird

extension Route {
    /// Whether its handler takes so little time that others on the event loop may wait for it. All else runs on other
    /// threads, whatever it takes.
    var isShort: Bool {
        switch (method, pattern) {
        case (.get, Routes.liveness), (.get, Routes.readiness), (.get, Routes.tenantAllocationPattern),
            (.get, Routes.leasePattern), (.post, Routes.leases):
            true
        default: false
        }
    }
}

extension Route {
    /// Whether its handler may keep a thread for long and nobody's change waits for it: then it keeps one of those that
    /// are there for that.
    var isLongReading: Bool { !isShort && (method == .get || pattern == Routes.backup) }
}

/// Runs a handler that only reads on the threads for that.
func amongReadings<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(ReadingExecutor.shared) { try await body() }
}

/// Runs a part of a handler that may take longer on no event loop.
func besideEventLoops<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(globalConcurrentExecutor) { try await body() }
}
