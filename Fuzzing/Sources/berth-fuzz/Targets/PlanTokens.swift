// Tokens of plans, offers and commitments. Each is signed here, so that what comes after the signature is read too.

import Crypto
import Packing

@testable import ControlAPI
@testable import ControlServer
@testable import Leasing

extension FuzzTarget {
    static let planTokens = FuzzTarget(
        "plan-tokens", "tokens of plans, offers and commitments", bytesMax: 4_096,
        words: { TokenKind.allCases.map { $0.rawValue + "\n" } },
        seeds: {
            TokenKind.allCases.flatMap { kind in
                kind.samples.enumerated().map { ("\(kind.rawValue)-\($0 + 1)", Addressed.bytes(kind.rawValue, $1)) }
            }
        }
    ) { bytes in
        guard let input = Addressed(bytes), let kind = TokenKind(rawValue: input.words[0]) else { return false }
        let token = kind.signed(input.rest)
        require(PlanTokenText.bytes(PlanTokenText.text(token)) == token, "a token reads back as the same")
        _ = PlanTokenText.bytes(input.text)
        let now = Sample.made.now + 1
        var book = Sample.made.book
        do {
            switch kind {
            case .plan, .offer, .raw:
                for order in SampleOrders.all {
                    var book = book
                    _ = try? book.execute(.requestLeases([order], planTokens: [token]), Sample.context(at: now))
                }
            case .commit:
                let commitment = PlanCommitment(token: token, request: SampleOrders.commitment)
                _ = try book.execute(.carryOut(SampleOrders.commands, commitment), Sample.context(at: now))
            }
        } catch {
            say(error)
        }
        return true
    }
}

/// What signs a token, and with which mark it begins.
private enum TokenKind: String, CaseIterable {
    case plan, offer, commit
    /// As it came.
    case raw

    private var mark: [UInt8] {
        switch self {
        case .plan, .raw: []
        case .offer: Array("berthOF1".utf8)
        case .commit: Array("berthPL1".utf8)
        }
    }

    func signed(_ body: [UInt8]) -> [UInt8] {
        guard self != .raw else { return body }
        let key = SymmetricKey(data: Sample.secret + Array(rawValue.utf8))
        return mark + Array(HMAC<SHA256>.authenticationCode(for: body, using: key)) + body
    }

    /// Tokens of the sample book without their signatures.
    var samples: [[UInt8]] {
        let (book, now) = (Sample.made.book, Sample.made.now + 1)
        switch self {
        case .plan: return SampleOrders.tokens(of: book, now: now).map { Array($0.dropFirst(32)) }
        case .raw: return SampleOrders.tokens(of: book, now: now)
        case .offer:
            return zip(SampleOrders.all, SampleOrders.tokens(of: book, now: now)).map { order, token in
                let terms = OfferTerms(expires: now + 900, quote: Quote(seconds: order.end - now), planToken: token)
                return Array(book.offerToken(terms).dropFirst(40))
            }
        case .commit:
            guard
                let change = try? book.plan(
                    SampleOrders.commands, request: SampleOrders.commitment, at: nil, Sample.context(at: now))
            else { fatalError("a plan of nothing much can be made") }
            return [Array(change.token.dropFirst(40))]
        }
    }
}

private enum SampleOrders {
    static let commitment = Array("commands".utf8)
    static let commands = [
        PlannedCommand(.putTenant(name: "third", quota: Quota(gpus: 8), description: "later"), reason: "drill")
    ]

    static let all: [LeaseOrder] = {
        let shapes: [(PlacementShape, String)] = [(.node, "GB200"), (.gpus(2), "GB200"), (.rack, "H100")]
        return shapes.map { shape, model in
            LeaseOrder(
                tenant: "rival", contract: nil, label: nil, leaseClass: .standard,
                lines: [LeaseLine(name: "line", shape: shape, count: 1, models: [model], within: nil)], sites: [],
                start: Sample.opened + 400 * 86_400, end: Sample.opened + 410 * 86_400, cap: .percent(60),
                sparesPerDomain: 0)
        }
    }()

    static func tokens(of book: Book, now: Int64) -> [[UInt8]] {
        all.map { order in
            do { return try book.planWhole(order, now: now).token } catch {
                fatalError("an order of the sample book fits: \(error)")
            }
        }
    }
}
