// One line of the log for each request, under its id: at debug, and at error where the daemon failed.

import ControlAPI
import DaemonLog
import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// What is known of a request that is being answered.
struct RequestRecord {
    let id: String
    /// The daemon's own place in the caller's trace, if it named one.
    let trace: TraceContext?
    let method: String
    /// The pattern of its route.
    let route: String
    let startedAt: Int64
    /// Who asked and in which role, once that is known.
    var caller: (actor: String, role: String)?
    /// What is said to the log alone of a failure.
    var failure: String?

    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["request": "\(id)", "method": "\(method)", "route": "\(route)"]
        if let caller {
            metadata["actor"] = "\(caller.actor)"
            metadata["role"] = "\(caller.role)"
        }
        if let trace {
            metadata["trace"] = "\(trace.traceID)"
            metadata["span"] = "\(trace.spanID)"
        }
        return metadata
    }
}

/// Writes the lines.
final class RequestLog: Sendable {
    private let logger: Logger
    /// When a refusal for want of readiness was last logged, in whole seconds, and how many were not since.
    private let busy = Mutex((second: Int64.min, left: 0))

    /// Refused writes by code: so many are worth a line, more than that are somebody's mistake again and again.
    private let refusals = RateLimiter(burst: 30, perMinute: 60)

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// A write that was refused, under a kind of its own for each code.
    private func noteRefusal(_ code: ErrorCode, _ record: RequestRecord, _ metadata: Logger.Metadata) {
        var fields = metadata
        fields["refusal"] = "\(code.rawValue)"
        if let role = record.caller?.role, role.hasPrefix("tenant:") { fields["tenant"] = "\(role.dropFirst(7))" }
        let isWorthALine = refusals.take(code.rawValue, at: record.startedAt) == nil
        logger.log(
            kind: "refused.\(code.rawValue)", level: isWorthALine ? .info : .debug, "a request was refused",
            metadata: fields)
    }

    /// Notes how a request was answered.
    func note(_ record: RequestRecord, _ response: Response, _ problem: Problem?, nanoseconds: Int64) {
        let status = response.status.code
        func metadata() -> Logger.Metadata {
            var metadata = record.metadata
            metadata["status"] = "\(status)"
            metadata["micros"] = "\(nanoseconds / 1_000)"
            if let problem, status >= 400 { metadata["detail"] = "\(problem.detail)" }
            if let failure = record.failure { metadata["error"] = "\(failure)" }
            return metadata
        }
        if status >= 400, status < 500, let code = problem?.code, record.method != "GET" {
            return noteRefusal(code, record, metadata())
        }
        guard status >= 500 else { return logger.debug("request", metadata: metadata()) }
        guard status == 503 else { return logger.log(.requestFailed, "a request failed", metadata: metadata()) }
        // A daemon that has too much to do must not write a line for each.
        let second = (record.startedAt + nanoseconds) / 1_000_000_000
        let left: Int? = busy.withLock { busy in
            guard busy.second != second else {
                busy.left += 1
                return nil
            }
            defer { busy = (second, 0) }
            return busy.left
        }
        guard let left else { return }
        var fields = metadata()
        if left > 0 { fields["others"] = "\(left)" }
        logger.log(.requestNotServed, "a request could not be served", metadata: fields)
    }
}
