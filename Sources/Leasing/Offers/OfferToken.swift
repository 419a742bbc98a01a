// What makes a plan an offer: until when it can be taken, and the quote it was made with.

import Crypto
import FleetModel

/// The terms that stand around a plan's token.
struct OfferTerms: Equatable, FieldCoded {
    /// From then on it cannot be taken.
    var expires: Int64 = 0
    var quote = Quote(seconds: 0)
    /// What the plan's token says, without its signature, so that nobody can take it out and use it by itself.
    var plan: [UInt8] = []

    static var blank: OfferTerms { OfferTerms() }

    private init() {}

    init(expires: Int64, quote: Quote, planToken: [UInt8]) {
        (self.expires, self.quote, plan) = (expires, quote, Array(planToken.dropFirst(32)))
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&expires)
        try coder.code(&quote)
        try coder.code(&plan)
    }
}

extension Quote: FieldCoded {
    static var blank: Quote { Quote(seconds: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&seconds)
        try coder.code(&meterWatts)
        try coder.code(&joules)
        try coder.code(&energyMicros)
        try coder.code(&carbonGrams)
        try coder.code(&gpuEighths)
        try coder.code(&deliveredEighths)
        try coder.code(&price, blank: ContractPrice()) { (price, coder) throws(CodingFault) in
            try coder.code(&price.baseMicros)
            try coder.code(&price.gpuHoursMicros)
            try coder.code(&price.energyMicros)
        }
    }
}

extension Book {
    /// What an offer's token begins with; no plan's token does but by a chance of 2^-64.
    private static let offerMark = Array("berthOF1".utf8)

    /// The token of an offer: its terms, signed with the book's secret.
    func offerToken(_ terms: OfferTerms) -> [UInt8] {
        var terms = terms
        var writer = FieldWriter()
        do { try terms.code(with: &writer) } catch { preconditionFailure("writing does not fail: \(error)") }
        let code = HMAC<SHA256>.authenticationCode(for: writer.bytes, using: offerKey)
        return Self.offerMark + Array(code) + writer.bytes
    }

    /// The terms of an offer's token, nil for the token of a plan.
    func offerTerms(of token: [UInt8]) throws(Refusal) -> OfferTerms? {
        guard token.starts(with: Self.offerMark) else { return nil }
        let signed = token.dropFirst(Self.offerMark.count)
        let (code, body) = (signed.prefix(32), Array(signed.dropFirst(32)))
        guard signed.count > 32, HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: offerKey)
        else { throw Refusal(.invalid, "this is not an offer of this book", pointer: "/planToken") }
        var terms = OfferTerms.blank
        var reader = FieldReader(body)
        do { try terms.code(with: &reader) } catch {
            throw Refusal(.invalid, "this offer cannot be read: \(error)", pointer: "/planToken")
        }
        return terms
    }

    /// Refuses an offer that has expired.
    func checkExpiry(of terms: OfferTerms, now: Int64) throws(Refusal) {
        guard now >= terms.expires else { return }
        throw Refusal(.planOvertaken, "the offer has expired; ask for a new one")
    }

    /// Refuses an offer that would not come to what was offered, and says what has changed.
    func checkQuote(of terms: OfferTerms, against now: Quote) throws(Refusal) {
        guard now != terms.quote else { return }
        throw Refusal(
            .planOvertaken,
            "the offer no longer holds: \(terms.quote.changes(to: now).joined(separator: ", ")); ask for a new one")
    }

    private var offerKey: SymmetricKey { SymmetricKey(data: secret + Array("offer".utf8)) }
}

extension Quote {
    /// What differs in another quote, in words.
    fileprivate func changes(to other: Quote) -> [String] {
        var words: [String] = []
        func note(_ what: String, _ old: Int64?, _ new: Int64?, _ unit: String) {
            func text(_ amount: Int64?) -> String { amount.map { "\($0) \(unit)" } ?? "none" }
            if old != new { words.append("\(what) was \(text(old)) and is \(text(new))") }
        }
        note("the length", seconds, other.seconds, "s")
        note("the contract's price", price?.totalMicros, other.price?.totalMicros, "micro-dollars")
        note("the cost of its energy", energyMicros, other.energyMicros, "micro-dollars")
        note("its carbon dioxide", carbonGrams, other.carbonGrams, "g")
        note("its power at the meter", meterWatts, other.meterWatts, "W")
        note(
            "the reliability of its supply", reliabilityBasisPoints, other.reliabilityBasisPoints,
            "hundredths of a percent")
        return words.isEmpty ? ["what its price is made of has changed"] : words
    }
}
