// A plan on paper: a token that fixes the hardware of an order until it is taken or overtaken.

import Crypto
import FleetModel
import Packing

/// What a token says: the order it was made for and the hardware planned for each line.
private struct PlanRecord: FieldCoded {
    var orderDigest: [UInt8] = []
    var lines: [PermanentHoldings] = []
    /// MIG instances of each line, which holdings leave out.
    private var slices: [LineTerms] = []

    static var blank: PlanRecord { PlanRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&orderDigest)
        try coder.code(&lines)
        slices = lines.map { LineTerms(slices: $0.slices) }
        try coder.code(&slices)
        for (index, line) in slices.enumerated() where index < lines.count { lines[index].slices = line.slices }
    }
}

extension Book {
    /// A token for `order` on this hardware, signed with the book's secret so that nobody else can make one.
    ///
    /// It rests on nothing but that hardware and the watts above it: a grant checks those again, so that what others
    /// do elsewhere does not void it.
    func planToken(order: LeaseOrder, placements: [LinePlacement]) -> [UInt8] {
        var record = PlanRecord()
        record.orderDigest = order.digest
        record.lines = placements.map { register.permanent(Holdings($0)) }
        var writer = FieldWriter()
        do { try record.code(with: &writer) } catch { preconditionFailure("writing does not fail: \(error)") }
        return signedPlan(writer.bytes)
    }

    /// A plan's token from what it says.
    private func signedPlan(_ body: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: body, using: planKey)) + body
    }

    /// The hardware a plan's or an offer's token names, when all of it is still free and powered; an offer's besides when
    /// it has not expired and still comes to its price.
    func planned(
        by token: [UInt8], order: LeaseOrder, _ sound: SoundOrder, now: Int64
    ) throws(Refusal) -> [LinePlacement] {
        guard let offer = try offerTerms(of: token) else {
            return try planned(byPlan: token, order: order, sound, now: now)
        }
        try checkExpiry(of: offer, now: now)
        let placements = try planned(byPlan: signedPlan(offer.plan), order: order, sound, now: now)
        let quote = quote(
            of: sound.lines(holding: placements, in: fleet), cap: order.cap, seconds: sound.order.end - sound.start,
            contract: order.contract)
        try checkQuote(of: offer, against: quote)
        return placements
    }

    private func planned(
        byPlan token: [UInt8], order: LeaseOrder, _ sound: SoundOrder, now: Int64
    ) throws(Refusal) -> [LinePlacement] {
        let (code, body) = (token.prefix(32), Array(token.dropFirst(32)))
        guard token.count > 32, HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: planKey)
        else { throw Refusal(.invalid, "this is not a plan token of this book", pointer: "/planToken") }
        var record = PlanRecord()
        var reader = FieldReader(body)
        do { try record.code(with: &reader) } catch {
            throw Refusal(.invalid, "this plan token cannot be read: \(error)", pointer: "/planToken")
        }
        guard record.orderDigest == order.digest, record.lines.count == order.lines.count else {
            throw Refusal(
                .invalid, "the plan token was made for another request; send the one it came with",
                pointer: "/planToken")
        }
        var placements: [LinePlacement] = []
        for line in record.lines {
            guard let holdings = register.dense(line) else { throw overtaken("some of its hardware is retired") }
            placements.append(holdings.placement)
        }
        if let obstacle = packing.obstacle(to: placements, as: sound.request.terms, now: now) {
            throw overtaken(obstacle)
        }
        return placements
    }

    private func overtaken(_ what: String) -> Refusal {
        Refusal(.planOvertaken, "the plan no longer holds: \(what); ask for a new one")
    }

    private var planKey: SymmetricKey { SymmetricKey(data: secret + Array("plan".utf8)) }
}

extension LeaseOrder {
    /// SHA-256 over every field, each with its length, so that no two orders look the same.
    var digest: [UInt8] {
        var copy = self
        var writer = FieldWriter()
        do { try copy.code(with: &writer) } catch { preconditionFailure("writing does not fail: \(error)") }
        return Array(SHA256.hash(data: writer.bytes))
    }

    private mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&tenant)
        try coder.code(&contract)
        try coder.code(&label)
        try coder.code(&leaseClass)
        try coder.code(&lines)
        var terms = lines.map(\.terms)
        try coder.code(&terms)
        try coder.code(&sites)
        try coder.code(&start)
        try coder.code(&durationSeconds)
        // A window asked for by its length ends later when it is taken later.
        if durationSeconds == nil { try coder.code(&end) }
        try coder.code(&cap)
        try coder.code(&sparesPerDomain)
    }
}
