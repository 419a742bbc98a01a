// Signed heads beside the records.

import GRDB
public import MerkleLog

extension SQLiteJournal {
    /// Keeps a head, with the key that it was signed with. Every second one of the older half goes when there are more than
    /// `JournalLimits.headsKept`. From the thread that appends.
    ///
    /// - Throws: as `append`.
    public func keep(_ head: SignedHead, signedWith key: HeadKey) throws(JournalFault) {
        try write("keeping a head in") { database in
            try database.inTransaction(.immediate) {
                try MerkleTables.insert(head, key, into: database)
                return .commit
            }
        }
    }

    /// The heads that are kept, in the order in which they were made.
    ///
    /// - Throws: `.damaged`, `.unreadable`.
    public func keptHeads() throws(JournalFault) -> [SignedHead] {
        let bookID = identity.bookID
        return try readShared("reading the heads of") {
            try MerkleTables.heads(in: $0, bookID: bookID, path: path)
        }
    }
}
