// Making and revoking tokens.

import Packing

/// A token that is asked for.
public struct TokenOrder: Sendable {
    public var owner: TokenOwner
    public var name: String
    public var scopes: TokenScopes
    /// SHA-256 of the secret, which the book is never told, or what that is under the pepper.
    public var digest: [UInt8]
    /// The pepper's id; nil: there is none.
    public var pepper: [UInt8]?
    /// How long it is to live.
    public var lifeSeconds: Int64
    /// The token with which it is asked for; nil where whoever asks needs none.
    public var parent: UInt64?

    /// Every field.
    public init(
        owner: TokenOwner, name: String, scopes: TokenScopes, digest: [UInt8], lifeSeconds: Int64, parent: UInt64?,
        pepper: [UInt8]? = nil
    ) {
        self.owner = owner
        self.name = name
        self.scopes = scopes
        self.digest = digest
        self.lifeSeconds = lifeSeconds
        self.parent = parent
        self.pepper = pepper
    }
}

extension Book {
    mutating func decideToken(_ order: TokenOrder, _ step: inout Step) throws(Refusal) {
        precondition(order.digest.count == TokenLimits.digestBytes, "a digest is one of SHA-256")
        precondition((order.pepper?.count ?? 8) == TokenLimits.pepperIDBytes, "a pepper's id has its length")
        if case .tenant(let name) = order.owner, tenant(name) == nil {
            throw Refusal(.notFound, "there is no such tenant")
        }
        guard !order.scopes.isEmpty, order.scopes.isSubset(of: .all) else {
            throw Refusal(.invalid, "a token has one of the scopes there are", pointer: "/scopes")
        }
        guard (1...TokenLimits.lifeSecondsMax).contains(order.lifeSeconds) else {
            throw Refusal(
                .invalid, "a token lives at most \(TokenLimits.lifeSecondsMax / 86_400) days", pointer: "/expiresIn")
        }
        let live = tokens(of: order.owner).filter { $0.isLive(at: step.now) }
        guard !live.contains(where: { $0.name == order.name }) else {
            throw Refusal(
                .wrongState, "there is a token \(order.name) already; revoke it first, or give another name")
        }
        guard live.count < TokenLimits.liveMax else {
            throw Refusal(.wrongState, "there are \(TokenLimits.liveMax) tokens already; revoke some first")
        }
        // Two secrets of 256 bits are never the same by chance.
        guard token(digest: order.digest) == nil else { throw Refusal(.wrongState, "this secret has been given out") }
        try checkParent(of: order, step)
        let made = Fact.tokenMade(
            AccessToken(
                number: tokens.nextNumber, owner: order.owner, name: order.name, scopes: order.scopes,
                digest: order.digest, madeAt: step.now, expiresAt: step.now + order.lifeSeconds,
                madeBy: step.actor.name, parent: order.parent, revokedAt: nil, pepper: order.pepper))
        guard has(made) else { throw .notFinalised("a token under a pepper", at: formatLevel) }
        commit(made, &step)
        step.outcome.tokens = [tokens.nextNumber - 1]
    }

    /// A token makes none that may do more or lives longer than itself.
    private func checkParent(of order: TokenOrder, _ step: Step) throws(Refusal) {
        guard let number = order.parent else { return }
        guard let parent = tokens.tokens[number], parent.isLive(at: step.now), parent.owner == order.owner else {
            throw Refusal(.wrongState, "the token that this was asked for with counts no more")
        }
        guard order.scopes.isSubset(of: parent.scopes) else {
            throw Refusal(
                .invalid, "a token gives no more than it has: \(parent.scopes.names.joined(separator: ", "))",
                pointer: "/scopes")
        }
        guard step.now + order.lifeSeconds <= parent.expiresAt else {
            throw Refusal(
                .invalid, "a token makes none that outlives it; it ends in \(parent.expiresAt - step.now) s",
                pointer: "/expiresIn")
        }
    }

    /// Revokes a token with all that were made with it, and with those. One that is over stays as it is.
    mutating func decideRevocation(ofToken number: UInt64, _ step: inout Step) throws(Refusal) {
        guard let token = tokens.tokens[number] else { throw Refusal(.notFound, "there is no such token") }
        var revoked: Set<UInt64> = []
        for candidate in tokens(of: token.owner)
        where candidate.number == number || candidate.parent.map(revoked.contains) ?? false {
            revoked.insert(candidate.number)
            guard candidate.isLive(at: step.now) else { continue }
            commit(.tokenRevoked(number: candidate.number, owner: token.owner, name: candidate.name), &step)
        }
        step.outcome.tokens = [number]
    }
}
