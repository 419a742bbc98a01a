// The look at a write-ahead log before SQLite reads it: SQLite takes the first wrong frame for the end and drops all that come after.
//
// That is right after a power cut, which leaves what it likes of the last transaction. All before the last were synced, each before
// the next began. So where a transaction begins after one that has a wrong frame, or after a log's header that is wrong, the file
// was damaged later, and what was answered would be lost without a word. What this cannot tell from a power cut is a wrong frame in
// the last transaction. Format: https://sqlite.org/fileformat2.html#walformat

enum WriteAheadLog {
    private static let headerByteCount = 32
    private static let frameHeaderByteCount = 24

    /// Refuses a log of `book`, which nobody has open, when it is wrong before its last transaction. O(its bytes).
    static func check(beside book: String, in files: any FileSystem) throws(JournalFault) {
        let path = book + "-wal"
        let byteCount = try files.byteCount(path)
        guard byteCount > UInt64(headerByteCount) else { return }
        let descriptor = try files.openToRead(path)
        defer { files.close(descriptor) }
        let headerBytes = try files.read(descriptor, at: 0, byteCountMax: headerByteCount, path: path)
        guard let header = Header(headerBytes) else {
            // The header is synced before the first frame is written.
            throw .damage(book, "the write-ahead log beside it has frames, and its header is not what was written")
        }
        let frameByteCount = frameHeaderByteCount + header.pageByteCount
        var previous = Frame(after: header)
        var wrongFrame: UInt64?
        for number in 0..<(byteCount - UInt64(headerByteCount)) / UInt64(frameByteCount) {
            let place = UInt64(headerByteCount) + number * UInt64(frameByteCount)
            let bytes = try files.read(descriptor, at: place, byteCountMax: frameByteCount, path: path)
            guard bytes.count == frameByteCount else { return }
            let frame = Frame(bytes, after: previous, in: header)
            if wrongFrame == nil, !frame.isRight { wrongFrame = number }
            if let wrongFrame, number > wrongFrame, previous.endsTransaction, frame.follows {
                throw .damage(
                    book,
                    "frame \(wrongFrame + 1) of the write-ahead log beside it is wrong, and later changes follow it")
            }
            previous = frame
        }
    }

    private struct Header {
        let pageByteCount: Int
        let isBigEndian: Bool
        let salt: ArraySlice<UInt8>
        let checksum: Checksum

        init?(_ bytes: [UInt8]) {
            guard bytes.count == headerByteCount, number(bytes, at: 0) & ~1 == 0x377F_0682 else { return nil }
            isBigEndian = number(bytes, at: 0) & 1 == 1
            pageByteCount = Int(number(bytes, at: 8))
            salt = bytes[16..<24]
            checksum = Checksum().adding(bytes[..<24], isBigEndian: isBigEndian)
            guard checksum == Checksum(bytes, at: 24), (512...65_536).contains(pageByteCount) else { return nil }
        }
    }

    /// A frame, and how it hangs together with the one before it: a frame's checksum goes on from that of the last.
    private struct Frame {
        /// As SQLite sees it.
        let isRight: Bool
        /// Whether it was written after the one before it, should that be damaged too: it goes on from the checksum that stands
        /// there, or from the one that should.
        let follows: Bool
        let endsTransaction: Bool
        private let stated: Checksum
        private let computed: Checksum

        init(after header: Header) {
            isRight = true
            follows = true
            endsTransaction = false
            stated = header.checksum
            computed = header.checksum
        }

        init(_ bytes: [UInt8], after previous: Frame, in header: Header) {
            func checksum(after start: Checksum) -> Checksum {
                start.adding(bytes[..<8], isBigEndian: header.isBigEndian)
                    .adding(bytes[frameHeaderByteCount...], isBigEndian: header.isBigEndian)
            }
            let isOfThisLog = bytes[8..<16].elementsEqual(header.salt) && number(bytes, at: 0) != 0
            stated = Checksum(bytes, at: 16)
            computed = checksum(after: previous.stated)
            let goesOn = isOfThisLog && computed == stated
            isRight = previous.isRight && goesOn
            follows =
                goesOn
                || isOfThisLog && previous.stated != previous.computed && checksum(after: previous.computed) == stated
            endsTransaction = number(bytes, at: 4) != 0
        }
    }

    private struct Checksum: Equatable {
        private var first: UInt32 = 0
        private var second: UInt32 = 0

        init() {}

        init(_ bytes: [UInt8], at offset: Int) {
            first = number(bytes, at: offset)
            second = number(bytes, at: offset + 4)
        }

        func adding(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> Checksum {
            var sum = self
            bytes.withUnsafeBytes { bytes in
                var offset = 0
                while offset < bytes.count {
                    let (first, second) = (
                        bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self),
                        bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                    )
                    sum.first &+= (isBigEndian ? first.bigEndian : first.littleEndian) &+ sum.second
                    sum.second &+= (isBigEndian ? second.bigEndian : second.littleEndian) &+ sum.first
                    offset += 8
                }
            }
            return sum
        }
    }

    private static func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
