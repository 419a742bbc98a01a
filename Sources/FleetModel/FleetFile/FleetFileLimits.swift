// The bounds of everything that a fleet file can make grow.

enum FleetFileLimits {
    static let bytesMax = 4 << 20
    /// Lines are short in practice; the bound keeps a hostile file's nesting and messages small.
    static let lineBytesMax = 16_384
    static let nameLengthMax = 63
    static let namesPerPatternMax = 100_000
    static let sitesMax = 1_000
    static let nodesMax = 4_000_000
    /// The free nodes of a rack are bits of one word.
    static let nodesPerRackMax = 64
    static let budgetDomainsMax = 1_000_000
    /// Budget domains that one rack can count in.
    static let budgetsPerRackMax = 64
    /// All entries of all racks' chains.
    static let chainEntriesMax = 16_000_000
    /// Racks and names that all rules and feeds together may look at.
    static let visitsMax = 64_000_000
    static let stepsPerScheduleMax = 10_000
    static let sourcesPerBudgetMax = 1_000
    /// One terawatt: products with loss fractions stay within 64 bits.
    static let wattsMax: Watts = 1_000_000_000_000
    /// One hundred gigawatt-hours.
    static let joulesMax: Int64 = 360_000_000_000_000_000
}
