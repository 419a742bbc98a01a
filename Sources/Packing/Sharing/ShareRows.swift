// Nodes sorted by what is left on them, so that a choice looks at states and not at nodes.

/// A row for each shape of node, count of free GPUs and worth of the rests of the others; in a row, a cell for each
/// bucket of CPU left, with the nodes in it by rank.
///
/// A pool that packs well has few states at a time: on the 1,213 nodes of the openb cluster, 190 at most.
struct ShareRows: Sendable {
    /// What every node of a row has in common.
    struct Row: Sendable {
        let shape: UInt8
        /// GPUs of which nothing is taken.
        let free: UInt8
        /// What the rests of the other GPUs are worth, in twelfths of a GPU.
        let rest: UInt8
        /// Bit `b` for each bucket of CPU in which there is a node.
        var buckets: UInt64 = 0
        /// The row's place among those with nodes, or -1.
        var activePlace: Int32 = -1
        /// The refresh that its worths are of.
        var epoch: Int32 = -1
    }

    private(set) var rows: ContiguousArray<Row> = []
    /// Rows in which there is a node, in no order that matters.
    private(set) var active: ContiguousArray<Int32> = []
    private var rowOfState: ContiguousArray<Int32>
    private(set) var cells: RankSets
    /// What the places on a node are worth, by row.
    private(set) var worths: ContiguousArray<ShareRooms.Worths> = []
    /// By shape: how often the worths of its rows have become out of date.
    private var epochs: ContiguousArray<Int32>

    private static var restCount: Int { ShareRooms.roomMax + 1 }
    private static var bucketCount: Int { ShareShapes.bucketCount }

    init(shapeCount: Int, rankCount: Int) {
        let stateCount = shapeCount * (ShareRequest.gpuCountMax + 1) * Self.restCount
        rowOfState = ContiguousArray(repeating: -1, count: stateCount)
        cells = RankSets(rankCount: rankCount, setCount: 0)
        epochs = ContiguousArray(repeating: 0, count: shapeCount)
    }

    /// The row of a state. Allocates the first time that a state is met.
    @inline(__always)
    mutating func row(shape: Int, free: Int, rest: Int) -> Int {
        let state = (shape * (ShareRequest.gpuCountMax + 1) + free) * Self.restCount + rest
        let known = Int(rowOfState[state])
        return known >= 0 ? known : addRow(state, Row(shape: UInt8(shape), free: UInt8(free), rest: UInt8(rest)))
    }

    @inline(never)
    private mutating func addRow(_ state: Int, _ row: Row) -> Int {
        rowOfState[state] = Int32(rows.count)
        rows.append(row)
        cells.grow(by: Self.bucketCount)
        worths.append(ShareRooms.Worths(repeating: 0))
        return rows.count - 1
    }

    @inline(__always) func cell(_ row: Int, _ bucket: Int) -> Int { row * Self.bucketCount + bucket }

    mutating func insert(_ rank: Int, row: Int, bucket: Int) {
        cells.insert(rank, into: cell(row, bucket))
        if rows[row].buckets == 0 {
            rows[row].activePlace = Int32(active.count)
            active.append(Int32(row))
        }
        rows[row].buckets |= 1 << UInt64(bucket)
    }

    mutating func remove(_ rank: Int, row: Int, bucket: Int) {
        let cell = cell(row, bucket)
        cells.remove(rank, from: cell)
        guard cells.count(of: cell) == 0 else { return }
        rows[row].buckets &= ~(1 << UInt64(bucket))
        guard rows[row].buckets == 0 else { return }
        let (place, last) = (Int(rows[row].activePlace), active.removeLast())
        if place < active.count {
            active[place] = last
            rows[Int(last)].activePlace = Int32(place)
        }
        rows[row].activePlace = -1
    }

    /// Makes the worths of some shapes out of date.
    mutating func expire(_ shapeMask: UInt64) {
        for shape in epochs.indices where shapeMask >> UInt64(shape) & 1 == 1 { epochs[shape] += 1 }
    }

    /// Makes the worths of a row right for the prices of now. O(1), or O(groups × places) once after each refresh.
    @inline(__always)
    mutating func revalue(_ row: Int, by rooms: ShareRooms) {
        if rows[row].epoch != epochs[Int(rows[row].shape)] { writeWorths(row, rooms) }
    }

    @inline(never)
    private mutating func writeWorths(_ row: Int, _ rooms: ShareRooms) {
        let state = rows[row]
        rows[row].epoch = epochs[Int(state.shape)]
        worths[row] = rooms.worths(shape: Int(state.shape), free: Int(state.free), rest: Int(state.rest))
    }

    @inline(__always) func worth(_ row: Int, _ bucket: Int) -> Int32 { worths[row][bucket] }

    /// Counts the room of all nodes. O(states × groups).
    func countRooms(_ rooms: inout ShareRooms) {
        for row in active {
            let state = rows[Int(row)]
            guard state.free > 0 || state.rest > 0 else { continue }
            var buckets = state.buckets
            while buckets != 0 {
                let bucket = buckets.trailingZeroBitCount
                buckets &= buckets - 1
                rooms.count(
                    cells.count(of: cell(Int(row), bucket)), shape: Int(state.shape), free: Int(state.free),
                    rest: Int(state.rest), bucket: bucket)
            }
        }
    }
}
