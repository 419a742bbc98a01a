// What clients saw of a daemon: each operation with its begin, its end and its answer. And what the daemon's log says.

/// What a client asked for.
public enum HistoryRequest: Sendable, Codable, Equatable {
    /// A lease under a label that nobody else uses, until a time.
    case create(label: String, end: Int64)
    /// A lease under each of these labels until a time: all of them or none.
    case createAll(labels: [String], end: Int64)
    /// Another end for a lease.
    case amend(lease: String, end: Int64)
    /// A lease back.
    case release(lease: String)
    /// One lease.
    case read(lease: String)
    /// All leases that have begun and have neither ended nor been given back.
    case list
    /// What a tenant holds.
    case poll(tenant: String)
    /// A write that was answered before, once more under its key: the operation that it repeats.
    case again(String)
    /// A write that is about no lease.
    case other(String)

    /// Whether it changes something where it is granted.
    public var isWrite: Bool {
        switch self {
        case .create, .createAll, .amend, .release, .other: true
        case .read, .list, .poll, .again: false
        }
    }
}

/// How far a lease has come.
public enum LeasePhase: String, Sendable, Codable {
    /// It has not been given back and its end has not come.
    case live
    /// It has been given back, and its hardware is still with it.
    case ending
    /// It holds nothing.
    case over
}

/// A lease as an answer showed it.
public struct LeaseSight: Sendable, Codable, Equatable {
    public var lease: String
    public var label: String
    /// The revision of the last change to it.
    public var revision: Int
    public var phase: LeasePhase
    /// In seconds since 1970.
    public var end: Int64
    /// The names of the GPUs that it holds.
    public var gpus: [String]

    public init(lease: String, label: String, revision: Int, phase: LeasePhase, end: Int64, gpus: [String]) {
        (self.lease, self.label, self.revision, self.phase, self.end, self.gpus) =
            (lease, label, revision, phase, end, gpus)
    }
}

/// What came back.
public enum HistoryAnswer: Sendable, Codable, Equatable {
    /// It was done, or read. The revision is that of the book that the answer shows.
    case done(revision: Int, leases: [LeaseSight])
    /// A poll's answer: the tenant's index, and a digest of the body.
    case polled(revision: Int, index: Int, digest: UInt64)
    /// It was refused with this code, and changed nothing.
    case refused(String)
    /// Nothing: it may have been done or not, then or later.
    case unknown

    /// The revision that it shows.
    public var revision: Int? {
        switch self {
        case .done(let revision, _), .polled(let revision, _, _): revision
        case .refused, .unknown: nil
        }
    }

    /// The leases that it shows.
    public var leases: [LeaseSight] {
        if case .done(_, let leases) = self { leases } else { [] }
    }
}

/// One operation of one client.
public struct HistoryOperation: Sendable, Codable, Equatable {
    /// Its name, which stands in the log as its reason.
    public var id: String
    public var request: HistoryRequest
    /// When it was first sent, by a clock that all clients share and that only grows.
    public var invoked: Int64
    /// When its answer had come; without one it never ends.
    public var returned: Int64
    public var answer: HistoryAnswer

    public init(id: String, request: HistoryRequest, invoked: Int64, returned: Int64, answer: HistoryAnswer) {
        (self.id, self.request, self.invoked, self.returned, self.answer) = (id, request, invoked, returned, answer)
        if answer == .unknown { self.returned = .max }
    }
}

/// One entry of the daemon's log.
public struct HistoryEntry: Sendable, Codable, Equatable {
    public var revision: Int
    /// The operation that it names; nil where it is the daemon's own.
    public var operation: String?
    /// When it was recorded, in seconds since 1970.
    public var time: Int64

    public init(revision: Int, operation: String?, time: Int64) {
        (self.revision, self.operation, self.time) = (revision, operation, time)
    }
}

/// All of it.
public struct History: Sendable, Codable, Equatable {
    public var operations: [HistoryOperation]
    /// The whole log, as it stands at the end.
    public var log: [HistoryEntry]

    public init(operations: [HistoryOperation], log: [HistoryEntry]) {
        (self.operations, self.log) = (operations, log)
    }
}
