// Signed heads beside the records.

import GRDB
public import MerkleLog

extension SQLiteJournal {
    public func keep(_ head: SignedHead, signedWith key: HeadKey) throws(JournalFault) {
        try write("keeping a head in") { database in
            try database.inTransaction(.immediate) {
                try MerkleTables.insert(head, key, into: database)
                return .commit
            }
        }
    }

    public func keptHeads() throws(JournalFault) -> [SignedHead] {
        let bookID = identity.bookID
        return try readShared("reading the heads of") {
            try MerkleTables.heads(in: $0, bookID: bookID, path: path)
        }
    }
}
