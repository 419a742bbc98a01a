// What one client may cost the daemon: every bound on connections and their time, in one place.

import Glibc

/// Bounds on connections. The bounds on what requests say are ``WireLimits``, since clients hold to them too.
public struct ServerLimits: Sendable, Equatable {
    /// Open connections, all listeners together. The daemon takes fewer where its limit on open files is lower.
    public var connections = 16_384
    /// Open connections of one user over Unix sockets.
    public var connectionsPerUser = 12_288
    /// Open connections from one address over TCP.
    public var connectionsPerAddress = 1_024
    /// How long a connection may be open without a request, in seconds.
    public var idleSeconds = 75
    /// How long the head of a request may take from its first byte, and a TLS handshake, in seconds.
    public var headSeconds = 10
    /// How long a body may take before its pace is looked at, in seconds.
    public var bodySeconds = 15
    /// How long a client may take nothing of an answer that waits for it, in seconds.
    public var stallSeconds = 60
    /// Plan and offer requests of one tenant that are answered at once, and how many more a minute after that.
    public var searchesBurst = 30
    public var searchesPerMinute = 60
    /// Refused authentications of one address that are answered at once, and how many more a minute after that.
    public var failuresBurst = 20
    public var failuresPerMinute = 30

    /// The longest life of a token, in days.
    public var tokenDays = 366

    /// The bounds as shipped.
    public init() {}

    /// Connections beyond the others that only operators on a Unix socket get, so that nobody shuts them out.
    static let connectionsKeptForOperators = 64
    /// Descriptors that are left for everything but connections, those for operators and for refusals among them.
    static let descriptorsKept = 512
    /// Where there are few descriptors, this part of them is for connections all the same.
    static let leastPartForConnections = 4
    /// Connections at once that are told that there is no room for them; others are closed without a word.
    static let refusalsMax = 64
    /// The slowest pace of a body after its first seconds, in bytes per second.
    static let bodyBytesPerSecondMin: Int64 = 1_024
    /// What a client may still send of a body that nobody reads, in bytes, before its connection is closed.
    static let unreadBodyBytesMax = 64 << 10
    /// How long a closed connection takes what still comes, so that the client can read its answer first, in seconds.
    static let lingerSeconds: Int64 = 2
    /// Connections that wait to be accepted, of one listener.
    static let backlog: Int32 = 4_096
    /// The largest header field, all of them together with the request line, and how many there may be.
    static let headerFieldBytesMax = 16 << 10
    static let headerBytesMax = 32 << 10
    static let headerFieldsMax = 100
    /// Callers that a rate limit tells apart at once.
    static let rateKeysMax = 10_000
    /// Keepalive over TCP: seconds without a word, seconds between probes, probes without an answer.
    static let keepAlive: (idle: CInt, interval: CInt, count: CInt) = (60, 15, 4)
}

extension ServerLimits {
    /// These bounds where the process may have so many files open. Connections must not take the last of them: a database, a
    /// snapshot and the runtime itself need some to go on.
    func within(openFiles: Int) -> ServerLimits {
        var limits = self
        let room = max(openFiles / Self.leastPartForConnections, openFiles - Self.descriptorsKept, 1)
        limits.connections = min(connections, room)
        return limits
    }

    /// How many files this process may have open.
    static var openFilesMax: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return Int.max }
        return Int(clamping: limit.rlim_cur)
    }
}
