// From the journal back to the book: the last snapshot, then every entry after it.

public import FleetModel
public import Journaling
public import Leasing

/// A journal whose bytes are sound but do not make a book.
public struct RecoveryFault: Error, Sendable, CustomStringConvertible {
    public let sequence: UInt64
    public let problem: String

    public var description: String {
        "entry \(sequence) of the journal cannot be applied: \(problem); it was written by a newer or a faulty program: "
            + "start the version that wrote it, or restore a backup"
    }
}

public enum Recovery {
    private static let entriesPerRead = 4_096
    /// After so many facts whoever waits is told. One entry, an atomic batch, may have thousands.
    private static let factsPerTelling = 1_024

    /// How far a recovery has come: entries applied, of those that are to be.
    public struct Progress: Sendable, Equatable {
        public let applied: UInt64
        public let total: UInt64
    }

    /// The book that the journal holds; empty and not opened when it holds nothing.
    ///
    /// - Parameter onProgress: called from time to time, each time with more applied than before.
    public static func book(
        from journal: any JournalStore, onProgress: (Progress) -> Void = { _ in }
    ) throws -> Book {
        var book = Book()
        if let snapshot = try journal.latestSnapshot() {
            do {
                book = try Book(snapshot: snapshot.bytes)
            } catch {
                throw RecoveryFault(sequence: snapshot.sequence, problem: "its snapshot: \(error)")
            }
        }
        return try replay(journal, onto: book, onProgress)
    }

    /// The same from the facts alone, without snapshots: the slow way that must agree.
    public static func bookFromFactsAlone(in journal: any JournalStore) throws -> Book {
        try replay(journal, onto: Book())
    }

    private static func replay(
        _ journal: any JournalStore, onto start: Book, _ onProgress: (Progress) -> Void = { _ in }
    ) throws -> Book {
        var book = start
        let total = journal.lastSequence - start.revision
        var untoldFactCount = 0
        while true {
            let records = try journal.read(after: book.revision, limit: entriesPerRead)
            for record in records {
                let entry: Entry
                do {
                    entry = try Entry(decoding: record.bytes)
                } catch {
                    throw RecoveryFault(sequence: record.sequence, problem: "\(error)")
                }
                guard entry.revision == record.sequence, record.sequence == book.revision + 1 else {
                    throw RecoveryFault(sequence: record.sequence, problem: "it says it is entry \(entry.revision)")
                }
                book.apply(entry)
                untoldFactCount += entry.facts.count
                if untoldFactCount >= factsPerTelling || book.revision - start.revision == total {
                    onProgress(Progress(applied: book.revision - start.revision, total: total))
                    untoldFactCount = 0
                }
            }
            if records.count < entriesPerRead { return book }
        }
    }

    /// Writes the first entry of a new book.
    public static func open(_ journal: any JournalStore, secret: [UInt8], fleet: Fleet, now: Int64) throws -> Book {
        var book = Book()
        var subjects = FactSubjects(after: book)
        let context = CommandContext(
            actor: .daemon, reason: "first start", requestID: "initialise", now: now)
        let command = Command.open(bookID: journal.identity.bookID, secret: secret, fleet: fleet)
        guard let entry = try book.execute(command, context).entry else {
            preconditionFailure("opening a book changes it")
        }
        try journal.append(
            [entry.encoded()], expectedSequence: 0, epoch: journal.identity.epoch,
            projecting: Projections.writes(
                for: entry, about: subjects.subjects(of: entry, after: book), after: book),
            level: book.formatLevel)
        return book
    }

    /// Fills the projections again from facts, when they are stale.
    ///
    /// - Parameter onProgress: called from time to time, each time with more read than before.
    public static func rebuildProjections(
        of journal: any JournalStore, onProgress: (Progress) -> Void = { _ in }
    ) throws {
        var book = Book()
        var subjects = FactSubjects(after: book)
        var writes: [ProjectionWrite] = []
        while true {
            let records = try journal.read(after: book.revision, limit: entriesPerRead)
            for record in records {
                let entry = try Entry(decoding: record.bytes)
                book.apply(entry)
                let about = subjects.subjects(of: entry, after: book)
                writes += Projections.writes(for: entry, about: about, after: book)
            }
            if !records.isEmpty { onProgress(Progress(applied: book.revision, total: journal.lastSequence)) }
            if records.count < entriesPerRead { break }
        }
        try journal.rebuildProjections(writes)
    }
}
