// Lines of the log for a person at a terminal, or for whoever reads standard error.

import DaemonLog
public import Logging

/// Writes lines to standard error, at the level that all loggers share.
public struct StandardErrorLogHandler: LogHandler {
    private var lines: StreamLogHandler
    private var ownLevel: Logger.Level = .trace
    private let shared: LogLevel

    public init(label: String, level: LogLevel) {
        lines = StreamLogHandler.standardError(label: label)
        lines.logLevel = .trace
        shared = level
    }

    public var logLevel: Logger.Level {
        get { max(ownLevel, shared.level) }
        set { ownLevel = newValue }
    }

    public var metadata: Logger.Metadata {
        get { lines.metadata }
        set { lines.metadata = newValue }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { lines[metadataKey: key] }
        set { lines[metadataKey: key] = newValue }
    }

    public func log(event: LogEvent) {
        var event = event
        event.message = "\(SecretFilter.clean("\(event.message)"))"
        event.metadata = event.metadata?.mapValues { "\(SecretFilter.clean("\($0)"))" }
        lines.log(event: event)
    }
}
