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
    /// The leases that give way for it, as ``GivingWayRecord`` seals them; empty when none do.
    var giving: [UInt8] = []

    static var blank: PlanRecord { PlanRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&orderDigest)
        try coder.code(&lines)
        slices = lines.map { LineTerms(slices: $0.slices) }
        try coder.code(&slices)
        for (index, line) in slices.enumerated() where index < lines.count { lines[index].slices = line.slices }
        try coder.code(&giving)
    }
}

/// Whose leases give way for a plan. A token is its tenant's to read, and what others hold is not: neither their ids nor how many
/// they are.
private struct GivingWayRecord: FieldCoded {
    /// Ids, because a number may be another lease's in a book that was restored.
    private var parts: [String] = []
    private var wholes: [String] = []

    /// Records are filled up to a multiple of this many bytes, so that their length tells next to nothing.
    private static let step = 1_024
    private static let nonceBytes = 12

    static var blank: GivingWayRecord { GivingWayRecord() }

    private init() {}

    init(_ giving: GivingWay, _ naming: LeaseNaming) {
        (parts, wholes) = (giving.parts.map(naming.id), giving.wholes.map(naming.id))
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&parts)
        try coder.code(&wholes)
    }

    func giving(_ naming: LeaseNaming) -> GivingWay {
        GivingWay(parts: parts.compactMap(naming.number), wholes: wholes.compactMap(naming.number))
    }

    /// The record under `key`, the same for the same record and plan: what is encrypted decides its nonce.
    func sealed(for orderDigest: [UInt8], with key: SymmetricKey) -> [UInt8] {
        var (copy, writer) = (self, FieldWriter())
        do { try copy.code(with: &writer) } catch { preconditionFailure("writing does not fail: \(error)") }
        var plain = writer.bytes
        let length = UInt32(plain.count)
        plain = (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + plain
        plain += Array(repeating: 0, count: (Self.step - plain.count % Self.step) % Self.step)
        let code = HMAC<SHA256>.authenticationCode(for: orderDigest + plain, using: key)
        do {
            let nonce = try ChaChaPoly.Nonce(data: Array(code)[..<Self.nonceBytes])
            return Array(try ChaChaPoly.seal(plain, using: key, nonce: nonce).combined)
        } catch { preconditionFailure("a nonce of twelve bytes is one: \(error)") }
    }

    /// Nil when it was not sealed under `key`.
    init?(sealed: [UInt8], with key: SymmetricKey) {
        guard let box = try? ChaChaPoly.SealedBox(combined: sealed), let opened = try? ChaChaPoly.open(box, using: key),
            opened.count >= 4
        else { return nil }
        let plain = [UInt8](opened)
        let length = plain.prefix(4).reversed().reduce(0) { (sum: Int, byte) in sum << 8 | Int(byte) }
        guard length <= plain.count - 4 else { return nil }
        var reader = FieldReader(Array(plain.dropFirst(4).prefix(length)))
        guard (try? code(with: &reader)) != nil else { return nil }
    }
}

/// What a token gives: hardware by part and line, and the leases that give way for it.
struct PlannedOrder {
    var placements: [[LinePlacement]]
    var giving: GivingWay
}

extension Book {
    /// A token for `order` on this hardware, by part and line, signed with the book's secret so that nobody else can make one.
    ///
    /// It rests on nothing but that hardware and the watts above it: a grant checks those again, so that what others
    /// do elsewhere does not void it.
    func planToken(
        for sound: SoundOrder, placements: [[LinePlacement]], giving: GivingWay = GivingWay()
    ) -> [UInt8] {
        var record = PlanRecord()
        record.orderDigest = sound.digest(marks: tenantMarks([sound.asked.tenant]))
        if !giving.isEmpty {
            record.giving = GivingWayRecord(giving, naming).sealed(for: record.orderDigest, with: givingKey)
        }
        record.lines = placements.joined().map { register.permanent(Holdings($0)) }
        var writer = FieldWriter()
        do { try record.code(with: &writer) } catch { preconditionFailure("writing does not fail: \(error)") }
        return signedPlan(writer.bytes)
    }

    /// The same for an order without ramps, sound at `now`.
    func planToken(order: LeaseOrder, placements: [LinePlacement], now: Int64) -> [UInt8] {
        guard let sound = try? SoundOrder(order, in: self, now: max(now, time)) else {
            preconditionFailure("an order whose hardware was found is sound")
        }
        return planToken(for: sound, placements: [placements])
    }

    /// A plan's token from what it says.
    private func signedPlan(_ body: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: body, using: planKey)) + body
    }

    /// The hardware a plan's or an offer's token names, by part and line; of an offer only when it has not expired and still
    /// comes to its price. Whether the hardware is still free and powered is `checkPlanned`'s to say.
    func planned(by token: [UInt8], _ sound: SoundOrder, now: Int64) throws(Refusal) -> PlannedOrder {
        guard let offer = try offerTerms(of: token) else { return try planned(byPlan: token, sound) }
        try checkExpiry(of: offer, now: now)
        let planned = try planned(byPlan: signedPlan(offer.plan), sound)
        let placements = planned.placements
        try checkPlanned(placements[0], as: sound.parts[0].request.terms, now: now)
        let quote = quote(
            of: sound.lines(of: sound.parts[0], holding: placements[0], in: fleet), cap: sound.order.cap,
            seconds: sound.order.end - sound.start, terms: sound.order.contract.flatMap { contract($0) })
        try checkQuote(of: offer, against: quote)
        return planned
    }

    private func planned(byPlan token: [UInt8], _ sound: SoundOrder) throws(Refusal) -> PlannedOrder {
        let order = sound.asked
        let (code, body) = (token.prefix(32), Array(token.dropFirst(32)))
        guard token.count > 32, HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: planKey)
        else { throw Refusal(.invalid, "this is not a plan token of this book", pointer: "/planToken") }
        var record = PlanRecord()
        var reader = FieldReader(body)
        do { try record.code(with: &reader) } catch {
            throw Refusal(.invalid, "this plan token cannot be read: \(error)", pointer: "/planToken")
        }
        guard record.orderDigest == sound.digest(marks: tenantMarks([order.tenant])),
            record.lines.count == sound.parts.count * order.lines.count
        else {
            throw Refusal(
                .invalid, "the plan token was made for another request; send the one it came with",
                pointer: "/planToken")
        }
        var placements: [LinePlacement] = []
        for line in record.lines {
            guard let holdings = register.dense(line) else { throw overtaken("some of its hardware is retired") }
            placements.append(holdings.placement)
        }
        let parts = sound.parts.indices.map { part in
            Array(placements[part * order.lines.count..<(part + 1) * order.lines.count])
        }
        for (part, lines) in zip(sound.parts, parts) {
            for (line, placement) in zip(part.request.lines, lines)
            where !fleet.isWhole(placement.wholeNodes, as: line.shape) {
                throw overtaken("the fleet has changed, and its hardware is no whole \(line.shape.unitName) any more")
            }
        }
        guard !record.giving.isEmpty else { return PlannedOrder(placements: parts, giving: GivingWay()) }
        guard let giving = GivingWayRecord(sealed: record.giving, with: givingKey) else {
            throw Refusal(.invalid, "this plan token cannot be read", pointer: "/planToken")
        }
        return PlannedOrder(placements: parts, giving: giving.giving(naming))
    }

    /// Refuses what was planned for a part of a lease when some of it is no longer free or powered.
    func checkPlanned(_ placements: [LinePlacement], as terms: BookingTerms, now: Int64) throws(Refusal) {
        if let obstacle = packing.obstacle(to: placements, as: terms, now: now) { throw overtaken(obstacle) }
    }

    private func overtaken(_ what: String) -> Refusal {
        Refusal(.planOvertaken, "the plan no longer holds: \(what); ask for a new one")
    }

    private var planKey: SymmetricKey { SymmetricKey(data: secret + Array("plan".utf8)) }

    /// Another key for another purpose; of 32 bytes, which the cipher wants.
    private var givingKey: SymmetricKey {
        SymmetricKey(data: SHA256.hash(data: secret + Array("plan: leases that give way".utf8)))
    }
}

extension SoundOrder {
    /// SHA-256 over every field of the order as it came, each with its length, so that no two orders look the same, and
    /// over the windows that it is made of, which follow from the time for an order that starts now. At its end stands which tenant
    /// of the name it is for, where it is not the first.
    fileprivate func digest(marks: [UInt8]) -> [UInt8] {
        var copy = asked
        var windows = parts.flatMap { part in
            let (from, until) = (part.window.lowerBound, part.window.upperBound)
            return [from == start ? 0 : from, until == order.end ? 0 : until] + part.counts.map(Int64.init)
        }
        var writer = FieldWriter()
        do {
            try copy.code(with: &writer)
            try writer.code(&windows, blank: 0) { (number, coder) throws(CodingFault) in try coder.code(&number) }
        } catch { preconditionFailure("writing does not fail: \(error)") }
        return Array(SHA256.hash(data: writer.bytes + marks))
    }
}

extension LeaseOrder {
    fileprivate mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&tenant)
        try coder.code(&contract)
        try coder.code(&label)
        try coder.code(&leaseClass)
        try coder.code(&lines)
        var terms = lines.map(\.terms)
        try coder.code(&terms)
        for line in lines {
            var ramp = line.ramp.flatMap { [$0.at, Int64($0.count)] }
            try coder.code(&ramp, blank: 0) { (number, coder) throws(CodingFault) in try coder.code(&number) }
        }
        try coder.code(&sites)
        try coder.code(&start)
        try coder.code(&durationSeconds)
        // A window asked for by its length ends later when it is taken later.
        if durationSeconds == nil { try coder.code(&end) }
        try coder.code(&cap)
        try coder.code(&sparesPerDomain)
    }
}
