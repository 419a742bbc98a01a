// The few bytes beside the configuration that say which book belongs to this installation.

/// Two lines, `book <id>` and `epoch <number>`. It lies on another volume than the book, so that a missing volume, a foreign
/// one, or an old copy put back by hand cannot pass for the right book.
struct IdentityFile {
    let path: String
    let files: any FileSystem

    /// The identity in the file; nil when there is no file. A file that cannot be read or understood is a fault, not an
    /// absence: only a true absence may be followed by adoption.
    func read() throws(JournalFault) -> BookIdentity? {
        guard try files.exists(path) else { return nil }
        let text = String(decoding: try files.readStart(path, byteCountMax: 256), as: UTF8.self)
        let words = text.split { $0 == " " || $0 == "\n" }.map(String.init)
        guard words.count == 4, words[0] == "book", words[2] == "epoch", BookIdentity.isValid(bookID: words[1]),
            let epoch = UInt64(words[3]), epoch >= 1, epoch <= UInt64(Int64.max)
        else {
            throw .damaged(
                path: path, sequence: nil, what: "the identity file is not 'book ID' and 'epoch N'",
                remedy: "write the right id into it, or remove it to adopt the book that is there")
        }
        return BookIdentity(bookID: words[1], epoch: epoch)
    }

    /// Takes away what an interrupted `write` left.
    func removePartial() { files.remove(files.partialPath(path)) }

    func write(_ identity: BookIdentity) throws(JournalFault) {
        try files.replace(path, with: Array("book \(identity.bookID)\nepoch \(identity.epoch)\n".utf8))
    }
}
