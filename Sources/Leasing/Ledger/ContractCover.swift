// When leases under a contract ran, and under which version of it.

/// A stretch in which at least one lease is under a contract, with the newest version that one of them is under, of those with a
/// price for months or years.
struct CoverPiece: Equatable, Sendable {
    var from: Int64
    var until: Int64
    var version: Int
}

/// The time for which a contract's price for months and years is owed. Versions without such a price are not in it.
struct ContractCover: Equatable, Sendable {
    /// In order of time, not overlapping; neighbours that touch have different versions.
    private(set) var pieces: [CoverPiece] = []

    init() {}

    /// Pieces as a snapshot has them.
    init(pieces: [CoverPiece]) { self.pieces = pieces }

    /// The start of the first lease.
    var start: Int64? { pieces.first?.from }

    /// Lays a stretch over what is there; where both are the newer version holds. O(pieces).
    mutating func add(_ piece: CoverPiece) {
        guard piece.from < piece.until else { return }
        var (result, reached) = ([CoverPiece](), piece.from)
        func append(_ from: Int64, _ until: Int64, _ version: Int) {
            guard from < until else { return }
            if let last = result.last, last.until == from, last.version == version {
                result[result.count - 1].until = until
            } else {
                result.append(CoverPiece(from: from, until: until, version: version))
            }
        }
        for old in pieces {
            append(reached, min(old.from, piece.until), piece.version)
            append(old.from, min(old.until, piece.from), old.version)
            append(max(old.from, piece.from), min(old.until, piece.until), max(old.version, piece.version))
            append(max(old.from, piece.until), old.until, old.version)
            reached = max(reached, min(old.until, piece.until))
        }
        append(reached, piece.until, piece.version)
        pieces = result
    }

    mutating func add(_ other: ContractCover) {
        for piece in other.pieces { add(piece) }
    }

    /// The version that holds at the last moment of it before a time.
    func version(before time: Int64) -> Int? { pieces.last { $0.from < time }?.version }

    /// What of it lies in a window.
    func clamped(to window: Range<Int64>) -> [CoverPiece] {
        pieces.compactMap { piece in
            let piece = CoverPiece(
                from: max(piece.from, window.lowerBound), until: min(piece.until, window.upperBound),
                version: piece.version)
            return piece.from < piece.until ? piece : nil
        }
    }
}
