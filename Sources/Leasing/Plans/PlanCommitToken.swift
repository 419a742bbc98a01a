// The token of a plan of commands: small, and it holds nothing.

import Crypto
import FleetModel

/// What a token says: for when the plan is, of which request, and what it would do.
struct PlanTerms: Equatable, FieldCoded {
    /// From when on it can be committed; nil for at once.
    var at: Int64?
    /// SHA-256 of the request's commands, and of which tenants they mean where names were used before.
    var requestDigest: [UInt8] = []
    var effects = PlanEffects.blank

    static var blank: PlanTerms { PlanTerms() }

    private init() {}

    init(at: Int64?, request: [UInt8], marks: [UInt8], effects: PlanEffects) {
        (self.at, requestDigest, self.effects) = (at, Array(SHA256.hash(data: request + marks)), effects)
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&at)
        try coder.code(&requestDigest)
        try coder.code(&effects)
    }
}

extension Book {
    /// What such a token begins with; no other token of this book does but by a chance of 2^-64.
    private static let planMark = Array("berthPL1".utf8)

    /// The token of a plan: its terms, signed with the book's secret, so that it outlives a restart.
    func planToken(_ terms: PlanTerms) -> [UInt8] {
        var terms = terms
        var writer = FieldWriter()
        do { try terms.code(with: &writer) } catch { preconditionFailure("writing does not fail: \(error)") }
        let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: commitKey)
        return Self.planMark + Array(code) + writer.bytes
    }

    /// The terms of a commitment's token, when it was made for this request and its time has come.
    ///
    /// - Parameter marks: which tenants the commands mean, as `tenantMarks` says it.
    func planTerms(of commitment: PlanCommitment, marks: [UInt8], now: Int64) throws(Refusal) -> PlanTerms {
        let signed = commitment.token.dropFirst(Self.planMark.count)
        let (code, body) = (signed.prefix(32), Array(signed.dropFirst(32)))
        guard commitment.token.starts(with: Self.planMark), signed.count > 32,
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: commitKey)
        else {
            throw Refusal(.invalid, "this is not the token of a plan of this book", pointer: "/planToken")
        }
        var terms = PlanTerms.blank
        var reader = FieldReader(body)
        do { try terms.code(with: &reader) } catch {
            throw Refusal(.invalid, "this plan token cannot be read: \(error)", pointer: "/planToken")
        }
        guard terms.requestDigest == Array(SHA256.hash(data: commitment.request + marks)) else {
            throw Refusal(
                .invalid,
                marks.isEmpty
                    ? "the plan token was made for other commands; send those that it came with"
                    : "the plan token was made for other commands, or for who had a tenant's name before; plan again",
                pointer: "/planToken")
        }
        if let at = terms.at, at > now {
            throw Refusal(
                .wrongState, "the plan is for \(RFC3339.text(at)); commit it from then on, or plan for now")
        }
        return terms
    }

    private var commitKey: SymmetricKey { SymmetricKey(data: secret + Array("commit".utf8)) }
}
