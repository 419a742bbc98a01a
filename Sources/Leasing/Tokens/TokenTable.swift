// The tokens of a book: found by digest, listed by owner.

import HashTreeCollections
import Packing

/// A value on shared pages, as the book is.
struct TokenTable: Sendable {
    /// By number.
    private(set) var tokens = RadixTable<AccessToken>()
    private(set) var nextNumber: UInt64 = 1
    /// Numbers by the first eight bytes of the digest, which whoever does not know a secret cannot aim at. Derived.
    private var numbersByDigest = TreeDictionary<UInt64, [UInt64]>()
    /// Numbers of each owner's tokens, ascending. Derived.
    private var numbersByOwner = TreeDictionary<String, [UInt64]>()

    /// The token with a digest, whether or not it still counts. O(1), and as long for a digest that is nearly right as for any
    /// other.
    func token(digest: [UInt8]) -> AccessToken? {
        guard digest.count == TokenLimits.digestBytes else { return nil }
        for number in numbersByDigest[Self.start(of: digest)] ?? [] {
            guard let token = tokens[number] else { continue }
            var difference: UInt8 = 0
            for index in 0..<TokenLimits.digestBytes { difference |= token.digest[index] ^ digest[index] }
            if difference == 0 { return token }
        }
        return nil
    }

    /// An owner's tokens that are kept, oldest first.
    func tokens(of owner: TokenOwner) -> [AccessToken] {
        (numbersByOwner[owner.name] ?? []).compactMap { tokens[$0] }
    }

    /// Puts a new token; of its owner's that are over, only the newest stay.
    mutating func put(_ token: AccessToken) {
        insert(token)
        let over = tokens(of: token.owner).filter { !$0.isLive(at: token.madeAt) }
        for old in over.dropLast(TokenLimits.overMax) { remove(old) }
    }

    /// Puts a token that a snapshot keeps, beside all others that it keeps.
    mutating func insert(_ token: AccessToken) {
        tokens[token.number] = token
        nextNumber = max(nextNumber, token.number + 1)
        numbersByDigest[Self.start(of: token.digest), default: []].append(token.number)
        numbersByOwner[token.owner.name, default: []].append(token.number)
    }

    mutating func revoke(_ number: UInt64, at now: Int64) { tokens[number]?.revokedAt = now }

    /// Forgets every token of an owner.
    mutating func removeAll(of owner: TokenOwner) {
        for token in tokens(of: owner) { remove(token) }
    }

    /// For a snapshot, whose numbers may have gaps at the end.
    mutating func skip(to number: UInt64) { nextNumber = max(nextNumber, number) }

    private mutating func remove(_ token: AccessToken) {
        tokens[token.number] = nil
        numbersByDigest[Self.start(of: token.digest)] = without(token, numbersByDigest[Self.start(of: token.digest)])
        numbersByOwner[token.owner.name] = without(token, numbersByOwner[token.owner.name])
    }

    private func without(_ token: AccessToken, _ numbers: [UInt64]?) -> [UInt64]? {
        let left = (numbers ?? []).filter { $0 != token.number }
        return left.isEmpty ? nil : left
    }

    private static func start(of digest: [UInt8]) -> UInt64 { digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}

extension Book {
    // MARK: Reading

    /// The token with a digest, whether or not it still counts. O(1).
    public func token(digest: [UInt8]) -> AccessToken? { tokens.token(digest: digest) }

    /// A token by its id, or nil when there is none that is kept.
    public func token(id: String) -> AccessToken? {
        // Earlier releases called them as transfers are called.
        guard id.hasPrefix("k-") || id.hasPrefix("t-"), let number = naming.number(of: "l-" + id.dropFirst(2)),
            number & Self.tokenMark != 0
        else { return nil }
        return tokens.tokens[number & ~Self.tokenMark]
    }

    /// Whether the book can keep under which pepper a token was made.
    public var takesPeppers: Bool {
        var token = AccessToken.blank
        token.pepper = []
        return has(.tokenMade(token))
    }

    /// What a token is called: nothing that says how many others there are.
    public func tokenID(_ number: UInt64) -> String { "k-" + naming.id(of: Self.tokenMark | number).dropFirst(2) }

    /// An owner's tokens that are kept, oldest first.
    public func tokens(of owner: TokenOwner) -> [AccessToken] { tokens.tokens(of: owner) }

    /// Calls `body` for each token that is kept, in order of numbers, until it returns false.
    public func forEachToken(from number: UInt64 = 0, _ body: (AccessToken) -> Bool) {
        tokens.tokens.forEach(from: number) { _, token in body(token) }
    }

    /// Tells tokens from leases, notices, transfers and reports, whose numbers are smaller or marked elsewhere.
    private static let tokenMark: UInt64 = 1 << 63

    var tokensRecord: TokensRecord {
        var record = TokensRecord()
        forEachToken { token in
            record.tokens.append(token)
            return true
        }
        record.nextNumber = tokens.nextNumber
        return record
    }

    mutating func take(_ record: TokensRecord) {
        for token in record.tokens { tokens.insert(token) }
        tokens.skip(to: record.nextNumber)
    }
}

/// What a snapshot says of tokens. A book that has never had one is written without this record.
struct TokensRecord: FieldCoded {
    /// By number.
    var tokens: [AccessToken] = []
    var nextNumber: UInt64 = 1

    static var blank: TokensRecord { TokensRecord() }

    var isBlank: Bool { tokens.isEmpty && nextNumber == 1 }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&tokens)
        try coder.code(&nextNumber)
    }

    /// The peppers of those tokens that have one, which later formats keep after everything else.
    mutating func codePeppers(with coder: inout some FieldCoder) throws(CodingFault) {
        var peppers = tokens.compactMap { token in
            token.pepper.map { TokenPepperRecord(number: token.number, pepper: $0) }
        }
        try coder.code(&peppers)
        guard coder.isReading else { return }
        var rest = peppers[...]
        for index in tokens.indices where rest.first?.number == tokens[index].number {
            tokens[index].pepper = rest.removeFirst().pepper
        }
        guard rest.isEmpty else { throw coder.fault("a pepper of no token") }
    }

    /// Why it belongs to no book with those tenants, or nil.
    func flaw(tenants: [TenantRecord], numberMax: UInt64, at time: Int64) -> String? {
        let names = Set(tenants.map(\.name))
        guard nextNumber <= numberMax, zip(tokens, tokens.dropFirst()).allSatisfy({ $0.number < $1.number }),
            tokens.allSatisfy({ (1..<nextNumber).contains($0.number) && $0.madeAt <= time }),
            tokens.allSatisfy({ ($0.revokedAt ?? 0) <= time && ($0.parent ?? 0) < $0.number })
        else { return "tokens are not in order" }
        let areOfTenants = tokens.allSatisfy { token in
            if case .tenant(let name) = token.owner { names.contains(name) } else { true }
        }
        guard areOfTenants else { return "a token is of no tenant" }
        guard Set(tokens.map(\.digest)).count == tokens.count else { return "two tokens have one digest" }
        return nil
    }
}
