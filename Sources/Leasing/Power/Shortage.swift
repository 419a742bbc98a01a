// By how much something is over its limit, over time.

import FleetModel

/// A step function of watts over some window; over the limit where it is positive.
struct Shortage {
    struct Piece {
        var start: Int64
        var until: Int64
        var watts: Watts
    }

    /// In order of time, without gaps.
    private(set) var pieces: [Piece]

    init(_ pieces: [Piece]) { self.pieces = pieces }

    /// `value` less `limit`, both as steps that begin at the start of the window or before.
    init(_ value: [LimitStep], over limit: [LimitStep], in window: Range<Int64>) {
        guard !window.isEmpty else {
            pieces = []
            return
        }
        let times = Set((value + limit).map(\.at).filter { window.contains($0) }).union([window.lowerBound]).sorted()
        var (pieces, at, under) = ([Piece](), 0, 0)
        for (index, time) in times.enumerated() {
            while at + 1 < value.count, value[at + 1].at <= time { at += 1 }
            while under + 1 < limit.count, limit[under + 1].at <= time { under += 1 }
            let until = index + 1 < times.count ? times[index + 1] : window.upperBound
            pieces.append(Piece(start: time, until: until, watts: value[at].watts - limit[under].watts))
        }
        self.pieces = pieces
    }

    var isOver: Bool { pieces.contains { $0.watts > 0 } }

    /// Those pieces that are over.
    var over: [Piece] { pieces.filter { $0.watts > 0 } }

    /// From the first instant over the limit to the last, within a window.
    func hull(in window: Range<Int64>) -> Range<Int64>? {
        let inside = over.filter { $0.start < window.upperBound && window.lowerBound < $0.until }
        guard let first = inside.first, let last = inside.last else { return nil }
        return max(first.start, window.lowerBound)..<min(last.until, window.upperBound)
    }

    /// The highest value within a window. O(log + pieces in it).
    func highest(in window: Range<Int64>) -> Watts {
        pieces[place(of: window.lowerBound)...].prefix { $0.start < window.upperBound }.map(\.watts).max() ?? 0
    }

    /// Takes `watts` off within a window. O(log + pieces in it), and O(pieces behind it) where it cuts one.
    mutating func lower(by watts: Watts, in window: Range<Int64>) {
        guard watts != 0, !window.isEmpty else { return }
        cut(at: window.lowerBound)
        cut(at: window.upperBound)
        var index = place(of: window.lowerBound)
        while index < pieces.count, pieces[index].start < window.upperBound {
            if window.lowerBound <= pieces[index].start { pieces[index].watts -= watts }
            index += 1
        }
    }

    private mutating func cut(at time: Int64) {
        let index = place(of: time)
        guard index < pieces.count, pieces[index].start < time else { return }
        var later = pieces[index]
        later.start = time
        pieces[index].until = time
        pieces.insert(later, at: index + 1)
    }

    /// The first piece that ends after a time; their number where there is none.
    private func place(of time: Int64) -> Int {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].until > time { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
