// Lines of the log as journald keeps them: fields that can be searched, and an id for each kind.

import CSystemd
public import DaemonLog
import Glibc
public import Logging
import Synchronization

/// The level of the log, which a reload may change for every logger at once.
public final class LogLevel: Sendable {
    private let state: Mutex<Logger.Level>

    public init(_ level: Logger.Level) { state = Mutex(level) }

    public var level: Logger.Level { state.withLock { $0 } }

    public func set(_ level: Logger.Level) { state.withLock { $0 = level } }
}

/// Where lines go.
public enum LogOutput: Sendable {
    case journal
    case standardError

    /// journald, where it is what standard error leads to: it says so in `JOURNAL_STREAM`, by device and inode. A process that
    /// has been given another standard error since is not deceived.
    public static func here(environment: [String: String]) -> LogOutput {
        var status = stat()
        guard let stream = environment["JOURNAL_STREAM"], fstat(STDERR_FILENO, &status) == 0 else {
            return .standardError
        }
        return stream == "\(status.st_dev):\(status.st_ino)" ? .journal : .standardError
    }
}

/// Sends lines to journald, at most so many of one kind.
public struct JournalLogHandler: LogHandler {
    /// Metadata that have a field of their own; others come under `BERTH_` and their name.
    private static let fields = [
        "lease": "LEASE", "tenant": "TENANT", "domain": "DOMAIN", "revision": "REVISION", "refusal": "REFUSAL",
        "request": "REQUEST_ID",
    ]

    public var metadata: Logger.Metadata = [:]
    /// A logger may ask for less than all loggers do.
    private var ownLevel: Logger.Level = .trace
    private let shared: LogLevel
    private let limiter: LineLimiter
    private let send: @Sendable ([String]) -> Void

    /// - Parameter send: takes the fields of one line, each as `NAME=value`.
    public init(
        level: LogLevel, limiter: LineLimiter, send: @escaping @Sendable ([String]) -> Void = JournalLogHandler.send
    ) {
        shared = level
        self.limiter = limiter
        self.send = send
    }

    public var logLevel: Logger.Level {
        get { max(ownLevel, shared.level) }
        set { ownLevel = newValue }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let kind = all[Logger.kindKey].map { "\($0)" }
        guard let leftOut = limiter.take(kind ?? "\(event.message)", at: Self.steadyNanoseconds) else { return }
        if leftOut > 0 {
            let name = kind ?? "this kind"
            send(
                Self.lines(
                    .notice, "\(leftOut) lines of \(name) were left out", LineKind.linesLeftOut.rawValue,
                    ["leftOut": "\(leftOut)", "kind": "\(name)"]))
        }
        send(Self.lines(event.level, "\(event.message)", kind, all))
    }

    /// The fields of one line. A message ends with its metadata in words, for those who read it without its fields.
    static func lines(
        _ level: Logger.Level, _ message: String, _ kind: String?, _ metadata: Logger.Metadata
    ) -> [String] {
        let shown = metadata.filter { $0.key != Logger.kindKey }.sorted { $0.key < $1.key }
        let words = shown.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        var lines = [
            "MESSAGE=" + SecretFilter.clean(words.isEmpty ? message : "\(message) (\(words))"),
            "PRIORITY=\(priority(level))", "SYSLOG_IDENTIFIER=berthd",
        ]
        if let kind { lines += ["MESSAGE_ID=\(MessageID(kind: kind))", "BERTH_EVENT=\(kind)"] }
        for (key, value) in shown {
            lines.append((fields[key] ?? "BERTH_" + fieldName(key)) + "=" + SecretFilter.clean("\(value)"))
        }
        return lines
    }

    /// `needsRestart` as `NEEDS_RESTART`: capitals, digits and underscores are what journald takes.
    private static func fieldName(_ key: String) -> String {
        key.reduce(into: "") { name, letter in
            if letter.isUppercase, !name.isEmpty { name += "_" }
            name += letter.isASCII && (letter.isLetter || letter.isNumber) ? letter.uppercased() : "_"
        }
    }

    /// syslog's priorities.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    private static var steadyNanoseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    /// Gives one line to journald. What it cannot take is lost: there is nobody to tell.
    public static func send(_ lines: [String]) {
        var bytes: [UInt8] = []
        var places: [Range<Int>] = []
        for line in lines {
            let start = bytes.count
            bytes += line.utf8
            places.append(start..<bytes.count)
        }
        bytes.withUnsafeMutableBytes { buffer in
            let parts = places.map {
                iovec(iov_base: buffer.baseAddress! + $0.lowerBound, iov_len: $0.count)
            }
            _ = sd_journal_sendv(parts, Int32(parts.count))
        }
    }
}
