// How far an upgrade has come, and which releases still read the book.

/// At which format level the book is written, and what comes with the next.
public struct UpgradeAnswer: Codable, Sendable, Equatable {
    /// The daemon's version.
    public var version: String
    /// The format level at which the book is written.
    public var level: Int
    /// The format level of the daemon.
    public var programLevel: Int
    /// Whether the book is written at the daemon's level. Until it is, releases from `readableFrom` on read all of it.
    public var finalised: Bool
    /// The first release that reads the book.
    public var readableFrom: String
    /// What cannot be done until the upgrade is finalised, in sentences; empty once it is.
    public var withheld: [String]

    /// Every field.
    public init(
        version: String, level: Int, programLevel: Int, finalised: Bool, readableFrom: String, withheld: [String]
    ) {
        self.version = version
        self.level = level
        self.programLevel = programLevel
        self.finalised = finalised
        self.readableFrom = readableFrom
        self.withheld = withheld
    }
}
