// The cells that the step functions of committed watts are made of.

import FleetModel

/// A walk over steps in time order.
struct StepWalk {
    var running: Watts
    /// The highest value met, `.min` before the start of the window.
    var highest: Watts
}

/// The words of one cell.
@safe private struct Cell {
    private let words: UnsafeMutablePointer<Int64>

    init(_ words: UnsafeMutablePointer<Int64>) { unsafe self.words = words }

    /// Masked, so that an index never leaves the cell.
    subscript(index: Int) -> Int64 {
        @inline(__always) get { unsafe words[index & 63] }
        @inline(__always) nonmutating set { unsafe words[index & 63] = newValue }
    }

    @inline(__always) var isNode: Bool { self[0] >= StepCells.nodeMark }
    @inline(__always) var shift: UInt64 { UInt64(bitPattern: self[0] - StepCells.nodeMark) }

    // A node.
    @inline(__always) func sum(_ slot: Int) -> Watts { self[4 + 3 * slot] }
    @inline(__always) func addSum(_ slot: Int, _ watts: Watts) { self[4 + 3 * slot] += watts }
    @inline(__always) func peak(_ slot: Int) -> Watts { self[5 + 3 * slot] }
    @inline(__always) func setPeak(_ slot: Int, _ watts: Watts) { self[5 + 3 * slot] = watts }
    /// The child at a slot, or 0.
    @inline(__always) func child(_ slot: Int) -> Int32 { Int32(truncatingIfNeeded: self[6 + 3 * slot]) }
    @inline(__always) func setChild(_ slot: Int, _ cell: Int32) { self[6 + 3 * slot] = max(0, Int64(cell)) }

    // A leaf.
    @inline(__always) func at(_ place: Int) -> Int64 { self[2 + 2 * place] }
    @inline(__always) func delta(_ place: Int) -> Watts { self[3 + 2 * place] }
    @inline(__always) func addDelta(_ place: Int, _ watts: Watts) { self[3 + 2 * place] += watts }
    @inline(__always) func setStep(_ place: Int, at time: Int64, delta: Watts) {
        self[2 + 2 * place] = time
        self[3 + 2 * place] = delta
    }
    @inline(__always) func copyStep(from place: Int, to other: Int) {
        setStep(other, at: at(place), delta: delta(place))
    }
}

/// A pool of cells of 64 words; each is a leaf of sorted steps or a node over 16 children.
///
/// Words of a leaf: 0 the number of steps, from 2 on a time and a difference for each. Words of a node: 0 the mark
/// `nodeMark` with its shift, 1 the bits of time above what it splits, from 4 on for each child the sum of its steps,
/// their highest running sum (`unknown` until somebody asks) and its cell, 0 for none. What belongs to one step or child
/// lies together, so that an addition touches two lines of a node.
struct StepCells: Sendable {
    fileprivate static let nodeMark: Int64 = 1 << 32
    private static let cellWords = 64
    private static let leafMax = 31
    private static let width = 16
    private static let unknown = Watts.max

    private var words: PagedColumn<Int64>
    private var firstUnused: Int32 = 0

    init(allocator: any PageAllocator) {
        // Cell 0 is never used, so that 0 can mean none.
        words = PagedColumn(repeating: 0, count: Self.cellWords, allocator: allocator)
    }

    var ownedBytes: Int { words.ownedBytes }

    /// Time as an unsigned number in the same order.
    @inline(__always)
    private static func key(_ at: Int64) -> UInt64 { UInt64(bitPattern: at) ^ 1 << 63 }

    @inline(__always)
    private static func prefix(_ key: UInt64, above shift: UInt64) -> Int64 {
        shift + 4 >= 64 ? 0 : Int64(bitPattern: key >> (shift + 4))
    }

    /// The earliest time, as a key, under a prefix.
    @inline(__always)
    private static func lowest(_ prefix: Int64, above shift: UInt64) -> UInt64 {
        shift + 4 >= 64 ? 0 : UInt64(bitPattern: prefix) << (shift + 4)
    }

    @inline(__always)
    private static func slot(_ key: UInt64, _ shift: UInt64) -> Int { Int(key >> shift & 15) }

    @inline(__always)
    private func reading(_ cell: Int32) -> Cell { unsafe Cell(words.address(of: Int(cell) * Self.cellWords)) }

    @inline(__always)
    private mutating func writing(_ cell: Int32) -> Cell {
        unsafe Cell(words.writableAddress(of: Int(cell) * Self.cellWords))
    }

    // MARK: Adding

    /// Adds a step; returns the cell that stands for `index` afterwards, -1 when nothing is left.
    mutating func add(_ delta: Watts, at: Int64, to index: Int32) -> Int32 {
        if index < 0 { return makeLeaf(delta, at: at) }
        let cell = writing(index)
        guard cell.isNode else { return addToLeaf(delta, at: at, index, cell) }
        let (key, shift) = (Self.key(at), cell.shift)
        guard Self.prefix(key, above: shift) == cell[1] else { return addBeside(delta, at: at, index) }
        let slot = Self.slot(key, shift)
        let child = cell.child(slot)
        let left = add(delta, at: at, to: child == 0 ? -1 : child)
        cell.addSum(slot, delta)
        cell.setPeak(slot, Self.unknown)
        if left == child { return index }
        cell.setChild(slot, left)
        return left < 0 ? releaseIfEmpty(index, cell) : index
    }

    private mutating func releaseIfEmpty(_ index: Int32, _ node: Cell) -> Int32 {
        for slot in 0..<Self.width where node.child(slot) != 0 { return index }
        release(index)
        return -1
    }

    private mutating func makeLeaf(_ delta: Watts, at: Int64) -> Int32 {
        let leaf = allocate()
        let cell = writing(leaf)
        cell[0] = 1
        cell.setStep(0, at: at, delta: delta)
        return leaf
    }

    private mutating func addToLeaf(_ delta: Watts, at: Int64, _ index: Int32, _ leaf: Cell) -> Int32 {
        let count = Int(leaf[0])
        var place = 0
        while place < count && leaf.at(place) < at { place += 1 }
        if place < count && leaf.at(place) == at {
            leaf.addDelta(place, delta)
            if leaf.delta(place) != 0 { return index }
            for later in place..<count - 1 { leaf.copyStep(from: later + 1, to: later) }
            leaf[0] = Int64(count - 1)
            if count > 1 { return index }
            release(index)
            return -1
        }
        guard count < Self.leafMax else { return add(delta, at: at, to: split(index)) }
        var later = count
        while later > place {
            leaf.copyStep(from: later - 1, to: later)
            later -= 1
        }
        leaf.setStep(place, at: at, delta: delta)
        leaf[0] = Int64(count + 1)
        return index
    }

    /// Makes a node of a full leaf, over as little time as holds all its steps.
    private mutating func split(_ leaf: Int32) -> Int32 {
        let old = reading(leaf)
        let (first, last) = (Self.key(old.at(0)), Self.key(old.at(Self.leafMax - 1)))
        let shift = Self.shift(splitting: first, last)
        var node = makeNode(shift: shift, prefix: Self.prefix(first, above: shift))
        for place in 0..<Self.leafMax {
            let old = reading(leaf)
            node = add(old.delta(place), at: old.at(place), to: node)
        }
        release(leaf)
        return node
    }

    /// Puts a node and a step outside its time under one wider node.
    private mutating func addBeside(_ delta: Watts, at: Int64, _ index: Int32) -> Int32 {
        let narrow = reading(index)
        let inside = Self.lowest(narrow[1], above: narrow.shift)
        var sum: Watts = 0
        for child in 0..<Self.width { sum += narrow.sum(child) }
        let shift = Self.shift(splitting: inside, Self.key(at))
        let node = makeNode(shift: shift, prefix: Self.prefix(inside, above: shift))
        let wide = writing(node)
        let slot = Self.slot(inside, shift)
        wide.addSum(slot, sum)
        wide.setPeak(slot, Self.unknown)
        wide.setChild(slot, index)
        return add(delta, at: at, to: node)
    }

    /// The place of the four bits that tell two times apart first.
    private static func shift(splitting first: UInt64, _ last: UInt64) -> UInt64 {
        precondition(first != last, "two steps of one time are one step")
        return UInt64(63 - (first ^ last).leadingZeroBitCount) & ~3
    }

    private mutating func makeNode(shift: UInt64, prefix: Int64) -> Int32 {
        let index = allocate()
        let cell = writing(index)
        for word in 0..<Self.cellWords { cell[word] = 0 }
        cell[0] = Self.nodeMark + Int64(shift)
        cell[1] = prefix
        return index
    }

    private mutating func allocate() -> Int32 {
        if firstUnused > 0 {
            let index = firstUnused
            firstUnused = Int32(truncatingIfNeeded: reading(index)[0])
            return index
        }
        let index = Int32(words.count / Self.cellWords)
        words.append(0, count: Self.cellWords)
        return index
    }

    private mutating func release(_ index: Int32) {
        writing(index)[0] = Int64(firstUnused)
        firstUnused = index
    }

    // MARK: Reading

    /// Walks the steps before `until`, noting the highest value from `start` on.
    func walk(_ index: Int32, from start: Int64, until: Int64, _ walk: inout StepWalk) {
        let cell = reading(index)
        guard cell.isNode else { return Self.walkLeaf(cell, from: start, until: until, &walk) }
        let shift = cell.shift
        let bottom = Self.lowest(cell[1], above: shift)
        let (first, end) = (Self.key(start), Self.key(until))
        for slot in 0..<Self.width {
            let child = cell.child(slot)
            if child == 0 { continue }
            let lowest = bottom | UInt64(slot) << shift
            let highest = lowest | (1 << shift &- 1)
            if lowest >= end { return }
            if highest <= first {
                walk.running += cell.sum(slot)
            } else if lowest > first && highest < end {
                let peak = cell.peak(slot) == Self.unknown ? self.highest(child) : cell.peak(slot)
                walk.highest = max(walk.highest, walk.running, walk.running + peak)
                walk.running += cell.sum(slot)
            } else {
                self.walk(child, from: start, until: until, &walk)
            }
        }
    }

    private static func walkLeaf(_ leaf: Cell, from start: Int64, until: Int64, _ walk: inout StepWalk) {
        for place in 0..<Int(leaf[0]) {
            let at = leaf.at(place)
            if at >= until { return }
            if at > start { walk.highest = max(walk.highest, walk.running) }
            walk.running += leaf.delta(place)
        }
    }

    /// The highest sum of a non-empty run of steps from the first on.
    func highest(_ index: Int32) -> Watts {
        let cell = reading(index)
        guard cell.isNode else { return Self.highest(leaf: cell) }
        var (running, highest) = (Watts(0), Watts.min)
        for slot in 0..<Self.width {
            let child = cell.child(slot)
            if child == 0 { continue }
            let peak = cell.peak(slot) == Self.unknown ? self.highest(child) : cell.peak(slot)
            highest = max(highest, running + peak)
            running += cell.sum(slot)
        }
        return highest
    }

    private static func highest(leaf: Cell) -> Watts {
        var (running, highest) = (Watts(0), Watts.min)
        for place in 0..<Int(leaf[0]) {
            running += leaf.delta(place)
            highest = max(highest, running)
        }
        return highest
    }

    /// Works out what is unknown and keeps it; returns the highest running sum.
    mutating func settle(_ index: Int32) -> Watts {
        guard reading(index).isNode else { return Self.highest(leaf: reading(index)) }
        let cell = writing(index)
        var (running, highest) = (Watts(0), Watts.min)
        for slot in 0..<Self.width {
            let child = cell.child(slot)
            if child == 0 { continue }
            if cell.peak(slot) == Self.unknown { cell.setPeak(slot, settle(child)) }
            highest = max(highest, running + cell.peak(slot))
            running += cell.sum(slot)
        }
        return highest
    }

    /// Takes the steps up to `instant` off and adds them to `sum`; returns what stands for the cell afterwards.
    mutating func fold(_ index: Int32, upTo instant: Int64, into sum: inout Watts) -> Int32 {
        let cell = writing(index)
        guard cell.isNode else { return foldLeaf(index, cell, upTo: instant, into: &sum) }
        for slot in 0..<Self.width {
            let child = cell.child(slot)
            if child == 0 { continue }
            var folded: Watts = 0
            let left = fold(child, upTo: instant, into: &folded)
            sum += folded
            cell.addSum(slot, -folded)
            cell.setPeak(slot, Self.unknown)
            cell.setChild(slot, left)
            if left >= 0 { break }
        }
        return releaseIfEmpty(index, cell)
    }

    private mutating func foldLeaf(
        _ index: Int32, _ leaf: Cell, upTo instant: Int64, into sum: inout Watts
    ) -> Int32 {
        let count = Int(leaf[0])
        var past = 0
        while past < count && leaf.at(past) <= instant {
            sum += leaf.delta(past)
            past += 1
        }
        if past == 0 { return index }
        for place in past..<count { leaf.copyStep(from: place, to: place - past) }
        leaf[0] = Int64(count - past)
        if past < count { return index }
        release(index)
        return -1
    }

    /// Calls `body` with every step in order of time.
    func forEach(_ index: Int32, _ body: (Int64, Watts) -> Void) {
        guard index >= 0 else { return }
        let cell = reading(index)
        if cell.isNode {
            for slot in 0..<Self.width where cell.child(slot) != 0 { forEach(cell.child(slot), body) }
        } else {
            for place in 0..<Int(cell[0]) { body(cell.at(place), cell.delta(place)) }
        }
    }
}
