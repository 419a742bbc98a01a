// All rules at once: what `berth verify` asks for, and what the simulator asks after every step.

public import Journaling
public import Leasing

/// The rules of a running book.
public enum Verification {
    /// Checks rules 1 to 7, 9 and 10. O(everything ever journalled).
    public static func run(_ book: Book, journal: any JournalStore, now: Int64) throws -> [RuleReport] {
        try BookRules(book, now: now).check() + JournalRules(book, journal: journal).check()
            + [LedgerRules(book, journal: journal, now: now).check()]
    }
}
