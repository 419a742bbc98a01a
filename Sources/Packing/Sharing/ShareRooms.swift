// What it costs the requests to come when room for them goes.
//
// The room for a kind of request is how many of it alone would still fit. Losing one place costs the kind something
// for certain, in proportion to how often it comes, and more the closer its room is to what is expected of it: three
// places left for two requests to come are worth nearly a refusal each, three hundred for two nothing. This is what
// keeps scarce models, whole nodes and nodes with much CPU for those that need them.

/// The price of a place for each kind of request, at one moment.
struct ShareRooms: Sendable {
    /// Kinds that find the same room everywhere, counted together.
    private struct Group: Sendable {
        /// Places by a free GPU, and by a twelfth of rests, in 4,096ths. The latter is rounded up, so that whole places
        /// come out whole; a multiplication takes less time than a division.
        let placesByFree: Int32
        let placesByRest: Int32
        let cpuMilli: Int32
        var weight: Int32 = 0
        let shapes: UInt64
        var count: Int64 = 0
        var room: Int64 = 0

        init(_ request: ShareRequest, price: Int, shapes: UInt64) {
            if request.isPart {
                placesByFree = Int32(ShareRequest.wholeMilli / request.gpuMilli) << 12
                placesByRest = Int32((4_095 + price) / price)
            } else {
                placesByFree = Int32((4_095 + request.gpuCount) / request.gpuCount)
                placesByRest = 0
            }
            cpuMilli = Int32(request.cpuMilli)
            self.shapes = shapes
        }

        func isLike(_ other: Group) -> Bool {
            placesByFree == other.placesByFree && placesByRest == other.placesByRest && cpuMilli == other.cpuMilli
                && shapes == other.shapes
        }

        /// Places on a node by its GPUs alone: `free` free ones, and rests worth `rest`.
        @inline(__always)
        func room(free: Int32, rest: Int32) -> Int {
            min(ShareRooms.roomMax, Int((free &* placesByFree &+ rest &* placesByRest) >> 12))
        }
    }

    private var groups: ContiguousArray<Group> = []
    /// Groups of which a place has a price.
    private var weighty: ContiguousArray<Int32> = []
    /// The group of each kind; -1 for kinds that are not guarded.
    private var groupOfKind: ContiguousArray<Int32> = []
    /// All requests, those of kinds in no group included, when they were last counted.
    private var total: Int64 = 0
    /// By group and place: the least bucket of CPU that has room for so many, or 64.
    private var bucketOfRoom: ContiguousArray<UInt8> = []
    /// By group and bucket of CPU: the places that it has room for.
    private var roomOfBucket: ContiguousArray<UInt8> = []

    /// Kinds that have been put into groups.
    var kindCount: Int { groupOfKind.count }

    /// Places on one node for one kind that are told apart: eight GPUs in twelfths.
    static var roomMax: Int { ShareRequest.gpuCountMax * DevicePrices.unitsPerGPU }
    /// Groups that are guarded; of more, the first seen. Keeps the sums of worths within 32 bits.
    static var groupCountMax: Int { 512 }
    /// The price of a place whose loss means a refusal.
    static var weightOne: Int64 { 1 << 14 }
    /// The certain cost of a place is this share of its popularity: 2 / 5.
    static var baseShare: (over: Int64, under: Int64) { (2, 5) }
    /// Kinds share their room, so that more is expected to be needed by 7 / 5.
    static var needShare: (over: Int64, under: Int64) { (7, 5) }

    /// Puts kinds into groups. O(kinds × groups).
    mutating func regroup(_ demand: ShareDemand, _ prices: DevicePrices, _ shapes: ShareShapes) {
        groups.removeAll(keepingCapacity: true)
        groupOfKind.removeAll(keepingCapacity: true)
        total = 0
        bucketOfRoom.removeAll(keepingCapacity: true)
        roomOfBucket.removeAll(keepingCapacity: true)
        for (kind, request) in demand.requests.enumerated() {
            groupOfKind.append(-1)
            // A part that fits almost any rest is never short of room; a request without GPUs wastes none.
            guard request.gpuCount > 0, demand.shapeMasks[kind] != 0 else { continue }
            let price = prices.price(of: request.gpuMilli)
            guard price > 0 else { continue }
            let group = Group(request, price: price, shapes: demand.shapeMasks[kind])
            groupOfKind[kind] = Int32(index(of: group, bucketMilli: shapes.bucketMilli))
        }
    }

    private mutating func index(of group: Group, bucketMilli: Int) -> Int {
        let known = groups.firstIndex { $0.isLike(group) }
        if let known { return known }
        guard groups.count < Self.groupCountMax else { return -1 }
        groups.append(group)
        for room in 1...Self.roomMax {
            let bucket = (room * Int(group.cpuMilli) + bucketMilli - 1) / bucketMilli
            bucketOfRoom.append(UInt8(min(bucket, ShareShapes.bucketCount)))
        }
        for bucket in 0..<ShareShapes.bucketCount {
            let room = group.cpuMilli == 0 ? Self.roomMax : bucket * bucketMilli / Int(group.cpuMilli)
            roomOfBucket.append(UInt8(min(room, Self.roomMax)))
        }
        return groups.count - 1
    }

    /// Forgets the rooms, to count them again with `count` and `weigh`; and takes over how popular kinds are, when an
    /// eighth more is known of it. O(kinds).
    mutating func reset(_ demand: ShareDemand) {
        for group in groups.indices { groups[group].room = 0 }
        guard demand.total * 8 >= total * 9 || demand.total < total else { return }
        total = demand.total
        for group in groups.indices { groups[group].count = 0 }
        for (kind, group) in groupOfKind.enumerated() where group >= 0 {
            groups[Int(group)].count += demand.counts[kind]
        }
    }

    /// Counts the room on `nodeCount` nodes of one shape with the same GPUs and CPU left. O(groups).
    mutating func count(_ nodeCount: Int, shape: Int, free: Int, rest: Int, bucket: Int) {
        let (free, rest) = (Int32(free), Int32(rest))
        for group in groups.indices where groups[group].shapes >> UInt64(shape) & 1 == 1 {
            let byCPU = Int(roomOfBucket[group * ShareShapes.bucketCount + bucket])
            guard byCPU > 0 else { continue }
            groups[group].room += Int64(nodeCount * min(byCPU, groups[group].room(free: free, rest: rest)))
        }
    }

    /// Sets the price of a place for every group, when `expected` more requests of all kinds are expected. O(groups).
    ///
    /// - Returns: bit `s` for each shape of node on which a price changed.
    mutating func weigh(expected: Int64) -> UInt64 {
        weighty.removeAll(keepingCapacity: true)
        guard total > 0 else { return 0 }
        var changed: UInt64 = 0
        let one: Int64 = 1 << 16
        for group in groups.indices {
            let count = groups[group].count
            let base = count * one * Self.baseShare.over / (Self.baseShare.under * total)
            let need = count * expected * Self.needShare.over * one / (Self.needShare.under * total)
            let ratio = min(one, need / max(1, groups[group].room))
            let risk = (ratio * ratio) >> 16
            let weight = Self.rounded(Int32((base + risk) * Self.weightOne / one))
            if weight != groups[group].weight { changed |= groups[group].shapes }
            groups[group].weight = weight
            if weight > 0 { weighty.append(Int32(group)) }
        }
        return changed
    }

    /// A price to three binary digits, so that most stay as they are and what follows from them need not be made anew.
    private static func rounded(_ weight: Int32) -> Int32 {
        let shift = max(0, Int32.bitWidth - weight.leadingZeroBitCount - 3)
        guard shift > 0 else { return weight }
        return ((weight >> Int32(shift - 1) + 1) >> 1) << Int32(shift)
    }

    /// What all places on a node are worth, by bucket of CPU left. O(groups × places).
    func worths(shape: Int, free: Int, rest: Int) -> Worths {
        var worths = Worths(repeating: 0)
        let (free, rest) = (Int32(free), Int32(rest))
        // 512 groups of 96 places at 1.5 × 2^14 each stay below 2^31.
        for offset in weighty {
            let group = groups[Int(offset)]
            guard group.shapes >> UInt64(shape) & 1 == 1 else { continue }
            let start = Int(offset) * Self.roomMax
            for place in start..<start + group.room(free: free, rest: rest) {
                let bucket = Int(bucketOfRoom[place])
                guard bucket < ShareShapes.bucketCount else { break }
                worths[bucket] &+= group.weight
            }
        }
        for bucket in 1..<ShareShapes.bucketCount { worths[bucket] &+= worths[bucket - 1] }
        return worths
    }

    /// By bucket of CPU left.
    typealias Worths = InlineArray<64, Int32>
}
