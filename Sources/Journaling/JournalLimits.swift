// Every bound of this module in one place.

/// The bounds on what a journal takes and gives in one call.
public enum JournalLimits {
    /// The most bytes in one record.
    public static let recordBytesMax = 16 << 20

    /// The most records in one append.
    public static let recordsPerAppendMax = 65_536

    /// The most records that one read returns, whatever limit it asks for.
    public static let recordsPerReadMax = 65_536

    /// The most bytes in one snapshot. SQLite ends a row at 1,000,000,000 bytes; this stays clear of it.
    public static let snapshotBytesMax = 900_000_000

    /// Bytes of one part of a snapshot that is written in parts: what one transaction writes and syncs while everybody
    /// waits.
    static let snapshotPartBytes = 128 << 10

    /// How many snapshots are kept of each kind, whole and in parts; an older one is deleted with the writing of a
    /// newer.
    public static let snapshotsKept = 2

    /// The most signed heads that a book keeps.
    public static let headsKept = 4_096

    /// The most projection tables.
    public static let projectionTablesMax = 64

    /// The most columns in one projection table.
    public static let projectionColumnsMax = 64

    /// Frames in the write-ahead log after which an append also moves them into the book file.
    static let framesBetweenCheckpoints = 2_000

    /// What the writer keeps of the book's pages in memory, in KiB: enough that the tables of 100,000 leases are not read again.
    static let writerCacheKiB = 8_192

    /// How long a write waits for an outside writer (an operator's `sqlite3`) before it is refused.
    static let busyTimeoutSeconds = 2.0

    /// Records that a verification reads in one transaction, so that it never holds the write-ahead log back for long.
    static let recordsPerVerificationStep: UInt64 = 10_000
}
