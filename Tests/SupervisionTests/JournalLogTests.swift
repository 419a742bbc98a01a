// Lines on their way to journald: their fields, their ids, their bounds, and what must never be in them.

import DaemonLog
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@testable import Supervision

@Suite("Lines for journald")
struct JournalLogTests {
    /// What would have been sent.
    private final class Sent: Sendable {
        private let lines = Mutex<[[String]]>([])
        var all: [[String]] { lines.withLock { $0 } }
        func add(_ fields: [String]) { lines.withLock { $0.append(fields) } }
    }

    private func logger(_ sent: Sent, _ level: LogLevel = LogLevel(.info)) -> Logger {
        Logger(label: "test") { _ in JournalLogHandler(level: level, limiter: LineLimiter()) { sent.add($0) } }
    }

    @Test("a line has its message, its priority, the id of its kind, and fields of its own for what is searched for")
    func fields() {
        let sent = Sent()
        var logger = logger(sent)
        logger[metadataKey: "request"] = "r-1"
        logger.log(
            kind: "lease.granted", level: .notice, "grant lease l-1",
            metadata: [
                "lease": "l-1", "tenant": "acme", "domain": "lab/h1", "revision": "42", "refusal": "no-capacity",
                "needsRestart": "x",
            ])
        let fields = Set(sent.all[0])
        #expect(
            fields.isSuperset(of: [
                "PRIORITY=5", "LEASE=l-1", "TENANT=acme", "DOMAIN=lab/h1", "REVISION=42", "REFUSAL=no-capacity",
                "REQUEST_ID=r-1", "BERTH_NEEDS_RESTART=x", "BERTH_EVENT=lease.granted",
                "MESSAGE_ID=\(MessageID(kind: "lease.granted"))", "SYSLOG_IDENTIFIER=berthd",
            ]), "\(fields)")
        #expect(sent.all[0][0].hasPrefix("MESSAGE=grant lease l-1 (domain=lab/h1 lease=l-1 "))
    }

    @Test(
        "levels are syslog's priorities",
        arguments: zip(
            [Logger.Level.trace, .debug, .info, .notice, .warning, .error, .critical], [7, 7, 6, 5, 4, 3, 2]))
    func priorities(_ level: Logger.Level, _ priority: Int) {
        #expect(JournalLogHandler.lines(level, "text", nil, [:]).contains("PRIORITY=\(priority)"))
    }

    @Test("no token reaches the journal, neither in a message nor in a field")
    func secrets() {
        let (sent, secret) = (Sent(), "berth_" + String(repeating: "aB3", count: 17))
        logger(sent).log(.requestFailed, "shown \(secret), twice \(secret)", metadata: ["error": "bad \(secret)!"])
        let text = sent.all.joined().joined(separator: "\n")
        #expect(!text.contains("aB3aB3") && text.contains("shown berth_…, twice berth_…"), "\(text)")
        #expect(text.contains("BERTH_ERROR=bad berth_…!"))
        #expect(SecretFilter.clean("berth_leases_total and berth_sub") == "berth_leases_total and berth_sub")
    }

    @Test("one kind of line cannot drown the others, and how many were left out is said")
    func limits() {
        let limiter = LineLimiter()
        let burst = Int(LineLimiter.burst)
        let taken = (0..<burst + 50).count { _ in limiter.take("a", at: 0) != nil }
        #expect(taken == burst)
        #expect(limiter.take("b", at: 0) == 0)
        let later = 1_000_000_000 / LineLimiter.perSecond
        #expect(limiter.take("a", at: later) == 50)
        #expect(limiter.take("a", at: later) == nil)
        #expect(limiter.take("a", at: 3 * later) == 1)

        let sent = Sent()
        let logger = logger(sent)
        for _ in 0..<3 * burst { logger.log(.streamCutOff, "cut") }
        #expect((burst..<2 * burst).contains(sent.all.count))
        logger.log(.stopped, "stopped")
        #expect(sent.all.last?.contains("MESSAGE=stopped") == true)
    }

    @Test("a new level counts for every logger at once, and a logger may keep to less")
    func levels() {
        let (sent, level) = (Sent(), LogLevel(.warning))
        let logger = logger(sent, level)
        var quiet = logger
        quiet.logLevel = .error
        logger.log(.stopped, "stopped")
        #expect(sent.all.isEmpty)
        level.set(.info)
        logger.log(.stopped, "stopped")
        quiet.log(.streamCutOff, "cut")
        #expect(sent.all.count == 1 && logger.logLevel == .info && quiet.logLevel == .error)
    }

    @Test("lines go to journald where JOURNAL_STREAM names what standard error is, else to standard error")
    func output() throws {
        var status = stat()
        try #require(fstat(STDERR_FILENO, &status) == 0)
        let own = "\(status.st_dev):\(status.st_ino)"
        #expect(LogOutput.here(environment: ["JOURNAL_STREAM": own]) == .journal)
        #expect(LogOutput.here(environment: ["JOURNAL_STREAM": own + "0"]) == .standardError)
        #expect(LogOutput.here(environment: [:]) == .standardError)
    }
}
