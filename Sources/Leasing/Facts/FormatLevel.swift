// Which release reads which stored form. A book is written at one level, so that the release of that level reads all of it.
//
// Whoever gives a fact a number, or a snapshot a format, adds it to the newest level below; the first one after a release begins
// the next. What is decided below the level of a fact does without it, or is refused (`Refusal.notFinalised`).

/// What a release reads, and the releases after it.
public struct FormatLevel: Sendable {
    public let number: UInt64
    /// The first release of that level.
    public let release: String
    /// The numbers under which the facts are stored that came with it.
    let facts: [ClosedRange<UInt64>]
    /// The newest snapshots that it reads.
    let snapshotFormatMax: UInt64
    /// What an operator does without while a book stands below it, as whole sentences.
    public let withheld: [String]

    /// Every level, in order.
    public static let all = [
        FormatLevel(
            number: 1, release: "0.1.0", facts: [1...25, 30...32, 40...45, 50...71, 75...76], snapshotFormatMax: 13,
            withheld: []),
        FormatLevel(
            number: 2, release: "0.2.0", facts: [77...82], snapshotFormatMax: 16,
            withheld: [
                "A tenant cannot be removed.",
                "That the clock was confirmed, or a backup begun, is not in the audit log.",
                "Tokens are made without the pepper.",
            ]),
    ]

    /// The level of this program.
    public static var current: FormatLevel { all[all.count - 1] }

    /// The one that a number names; nil where this program does not know it.
    public static func numbered(_ number: UInt64) -> FormatLevel? { all.first { $0.number == number } }

    /// What is withheld from a book that is written at a level.
    public static func withheld(at number: UInt64) -> [String] {
        all.filter { $0.number > number }.flatMap(\.withheld)
    }

    /// The first level of a fact.
    static func level(ofFact stored: UInt64) -> UInt64? {
        all.first { $0.facts.contains { $0.contains(stored) } }?.number
    }

    /// The first level of a snapshot's format.
    static func level(ofSnapshot format: UInt64) -> UInt64? { all.first { format <= $0.snapshotFormatMax }?.number }

    /// Reads the level of a book, and says of one that this program does not reach which it is.
    static func code(_ level: inout UInt64, with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&level)
        guard coder.isReading else { return }
        guard level > all[0].number else { throw coder.fault("a format level of \(level)") }
        guard level <= current.number else {
            throw coder.fault(
                "the book is written at format level \(level) since its upgrade was finalised, and this program reads levels "
                    + "up to \(current.number); start the release that finalised it, or a later one")
        }
    }
}

extension Fact {
    /// The first level at which it is written so.
    var formatLevel: UInt64 {
        guard let level = FormatLevel.level(ofFact: storedNumber) else {
            preconditionFailure("every fact belongs to a level")
        }
        return level
    }

    /// Whether it says at which level the book is written.
    var setsLevel: Bool {
        switch self {
        case .bookOpened, .upgradeFinalised: true
        default: false
        }
    }
}

extension Entry {
    /// The lowest level whose programs read it.
    public var formatLevel: UInt64 { facts.map(\.formatLevel).max() ?? FormatLevel.all[0].number }
}

extension Book {
    /// The lowest level whose programs read a snapshot.
    public static func formatLevel(ofSnapshot bytes: [UInt8]) throws(CodingFault) -> UInt64 {
        var (reader, format) = (FieldReader(bytes), UInt64(0))
        try reader.code(&format)
        guard format > 0, let level = FormatLevel.level(ofSnapshot: format) else {
            throw reader.fault("snapshot of format \(format)")
        }
        return level
    }

    /// Whether a fact can be written at the book's level.
    func has(_ fact: Fact) -> Bool {
        formatLevel >= FormatLevel.current.number || fact.formatLevel <= formatLevel
    }

    /// A book in which a fact stands is no longer read by programs below its level, whatever the book said before.
    mutating func noteLevel(of fact: Fact) {
        if !has(fact) { formatLevel = fact.formatLevel }
    }

    /// Brings the book to this program's level. A book that is there already stays as it is.
    mutating func decideFinalisation(_ step: inout Step) {
        guard formatLevel < FormatLevel.current.number else { return }
        commit(.upgradeFinalised(level: FormatLevel.current.number), &step)
    }
}

extension Refusal {
    /// What cannot be written where the release of the book's level is to read it.
    static func notFinalised(_ what: String, at level: UInt64) -> Refusal {
        let release = FormatLevel.numbered(level)?.release ?? "before"
        return Refusal(
            .notFinalised,
            "\(what) cannot be written so that release \(release) reads it, to which the upgrade can still be rolled back; "
                + "berth upgrade finalise ends that, and then it can be done")
    }
}
