// An expected answer of no, with enough to act on.

/// Why a change was refused. Nothing has changed.
public struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, CaseIterable, Sendable {
        /// The request contradicts itself or names what does not exist; `pointer` says where.
        case invalid
        case notFound
        case noCapacity
        case quotaExceeded
        case wrongState
        /// A clause of the contract forbids it, or no clause allows it.
        case clauseForbids
        /// Something else still refers to it.
        case inUse
        case planOvertaken
        case idempotencyMismatch
        /// The lease has changed since the revision that was named.
        case preconditionFailed
        case fleetConflict
        /// The book is written so that an older release reads it, which could not read this.
        case notFinalised
    }

    public let code: Code
    /// One sentence for whoever asked.
    public let detail: String
    /// JSON pointer into the request, for `invalid`.
    public let pointer: String?
    /// Which lease of a batch it is about.
    public let orderIndex: Int
    /// What is in the way, for whoever asked, where it is known without a search.
    public let obstacles: [Obstacle]

    public init(
        _ code: Code, _ detail: String, pointer: String? = nil, orderIndex: Int = 0, obstacles: [Obstacle] = []
    ) {
        self.obstacles = obstacles
        self.code = code
        self.detail = detail
        self.pointer = pointer
        self.orderIndex = orderIndex
    }

    /// A refusal that names the clause, and from when it would be allowed.
    init(
        forbiddenBy clause: Clause, _ detail: String, why message: String? = nil, from allowedAt: Int64? = nil,
        pointer: String? = nil
    ) {
        self.init(
            .clauseForbids, detail, pointer: pointer,
            obstacles: [
                Obstacle(kind: .clause, name: clause.rawValue, from: nil, until: allowedAt, message: message ?? detail)
            ])
    }

    public var description: String { pointer.map { "\($0): \(detail)" } ?? detail }

    func at(_ orderIndex: Int) -> Refusal {
        Refusal(code, detail, pointer: pointer, orderIndex: orderIndex, obstacles: obstacles)
    }
}
