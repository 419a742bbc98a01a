// Which requests are answered on the event loop of their connection.

import ControlAPI
import HTTPTypes
import Hummingbird

extension Route {
    /// Whether its handler takes so little time that others on the event loop may wait for it. All else runs on threads of its
    /// own, whatever it takes.
    var isShort: Bool {
        switch (method, pattern) {
        case (.get, Routes.liveness), (.get, Routes.readiness), (.get, Routes.tenantAllocationPattern),
            (.get, Routes.leasePattern), (.post, Routes.leases):
            true
        default: false
        }
    }
}

/// Runs a part of a handler that may take longer on no event loop.
func besideEventLoops<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
    try await withTaskExecutorPreference(globalConcurrentExecutor) { try await body() }
}
