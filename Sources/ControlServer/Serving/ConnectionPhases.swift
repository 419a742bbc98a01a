// What a connection is waiting for, and until when: a state machine without a clock or a socket.

import NIOCore

/// What one connection may take its time for.
///
/// Only what a client does slowly has a deadline. An answer that the daemon takes long over has none.
struct ConnectionPhases {
    /// The bounds that count here.
    struct Bounds: Sendable {
        let head: TimeAmount
        let idle: TimeAmount
        let body: TimeAmount
        let stall: TimeAmount
        let linger: TimeAmount

        init(_ limits: ServerLimits) {
            head = .seconds(Int64(limits.headSeconds))
            idle = .seconds(Int64(limits.idleSeconds))
            body = .seconds(Int64(limits.bodySeconds))
            stall = .seconds(Int64(limits.stallSeconds))
            linger = .seconds(ServerLimits.lingerSeconds)
        }
    }

    private enum Phase {
        /// The handshake of TLS goes on.
        case handshake
        /// No request is being read or answered.
        case idle
        /// Bytes have come that are no whole head yet.
        case head
        /// A body is coming; `since` counts from when it was this request's turn.
        case body(since: NIODeadline, bytes: Int64)
        /// Everything has been read, and answers are due.
        case answering
        /// The answer has been given, and what still comes is thrown away.
        case closing
    }

    private let bounds: Bounds
    private var phase: Phase
    private var since: NIODeadline
    /// When a client that takes nothing was first seen taking nothing, and what then waited for it.
    private var stall: (since: NIODeadline, bytes: Int)?
    /// Requests whose heads have come and whose answers have not been given.
    private(set) var requestsInProgress = 0
    /// Whether the newest of those is still being read.
    private(set) var isReading = false
    /// Bytes have come behind a request that is being answered, which are no whole head yet.
    private var hasBegunHead = false

    init(bounds: Bounds, hasHandshake: Bool, at now: NIODeadline) {
        self.bounds = bounds
        phase = hasHandshake ? .handshake : .idle
        since = now
    }

    var isIdle: Bool {
        if case .idle = phase { true } else { false }
    }

    var isClosing: Bool {
        if case .closing = phase { true } else { false }
    }

    /// The request that is being answered has not been read whole.
    var answersEarly: Bool { isReading && requestsInProgress == 1 }

    mutating func handshakeEnded(at now: NIODeadline) {
        if case .handshake = phase { enter(.idle, now) }
    }

    mutating func bytesArrived(at now: NIODeadline) {
        if case .idle = phase { enter(.head, now) }
        if case .answering = phase { hasBegunHead = true }
    }

    mutating func headArrived(at now: NIODeadline) {
        requestsInProgress += 1
        isReading = true
        hasBegunHead = false
        enterReading(now)
    }

    mutating func bodyArrived(_ bytes: Int) {
        if case .body(let since, let sum) = phase { phase = .body(since: since, bytes: sum + Int64(bytes)) }
    }

    mutating func endArrived(at now: NIODeadline) {
        isReading = false
        hasBegunHead = false
        if !isClosing { enter(requestsInProgress == 0 ? .idle : .answering, now) }
    }

    mutating func answerEnded(at now: NIODeadline) {
        requestsInProgress -= 1
        guard !isClosing else { return }
        if isReading {
            enterReading(now)
        } else {
            enter(requestsInProgress > 0 ? .answering : hasBegunHead ? .head : .idle, now)
        }
    }

    /// A request has come and has been answered at once.
    mutating func answeredAside(at now: NIODeadline) {
        if isIdle { since = now }
    }

    mutating func closeBegan(at now: NIODeadline) { enter(.closing, now) }

    /// Notes how much of the answers has not been taken. That more has been written to a client does not show that it reads.
    mutating func bytesWait(_ bytes: Int, at now: NIODeadline) {
        if bytes == 0 {
            // It is idle from the end of its answers on.
            if stall != nil, isIdle { since = now }
            stall = nil
        } else if let last = stall, last.bytes <= bytes {
            stall = (last.since, bytes)
        } else {
            stall = (now, bytes)
        }
    }

    /// When the client will have taken too long; nil while it owes nothing.
    var deadline: NIODeadline? {
        let own: NIODeadline? =
            switch phase {
            case .handshake, .head: since + bounds.head
            case .idle: stall == nil ? since + bounds.idle : nil
            case .body(let since, let bytes):
                since + bounds.body + .seconds(bytes / ServerLimits.bodyBytesPerSecondMin)
            case .answering: nil
            case .closing: since + bounds.linger
            }
        guard let stall else { return own }
        return min(own ?? .distantFuture, stall.since + bounds.stall)
    }

    /// A body has a pace only while it is its request's turn: what waits behind another answer is not read at all.
    private mutating func enterReading(_ now: NIODeadline) {
        guard !isClosing else { return }
        if requestsInProgress <= 1 {
            phase = .body(since: now, bytes: 0)
            since = now
        } else {
            enter(.answering, now)
        }
    }

    private mutating func enter(_ next: Phase, _ now: NIODeadline) {
        phase = next
        since = now
    }
}
