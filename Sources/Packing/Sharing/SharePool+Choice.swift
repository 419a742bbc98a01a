// The search for the best node.

extension SharePool {
    /// The best node found so far.
    struct Choice {
        /// Coarse loss of places for others, and below it what decides between equals before rank does.
        var loss = Int32.max
        var rank = -1
        /// What is free of the device to take from, before; 1,000 for free ones.
        var free = ShareRequest.wholeMilli

        @inline(__always)
        func isBeaten(by loss: Int32, _ rank: Int) -> Bool {
            loss < self.loss || (loss == self.loss && rank < self.rank)
        }
    }

    /// Nodes of one hole that are weighed against each other, by rank; those beyond are rarely better.
    static var holeLooksMax: Int { 32 }

    /// The coarse loss, above four bits for how far from all free the node's GPUs are where that matters.
    @inline(__always)
    private func coarse(_ loss: Int32, free: Int) -> Int32 {
        let spread = isCPUScarce ? Int32(ShareRequest.gpuCountMax - free) : 0
        return (loss >> Self.lossShift) << 4 | spread
    }

    /// Whole GPUs, or none: the best of all states.
    mutating func chooseForWhole(_ request: ShareRequest, _ shapeMask: UInt64) -> Choice {
        var choice = Choice()
        chooseFree(request, shapeMask, taking: request.gpuCount, adding: 0, &choice)
        return choice
    }

    /// A part: the least waste first, and of equals the best of the holes and the free GPUs.
    mutating func chooseForPart(_ request: ShareRequest, _ shapeMask: UInt64) -> Choice {
        let milli = request.gpuMilli
        let wholeLoss = prices.loss(taking: milli, from: ShareRequest.wholeMilli)
        var choice = Choice()
        for loss in 0..<DevicePrices.lossCount {
            for word in milli >> 6..<DevicePrices.wordCount {
                var frees = holes.present[word] & prices.word(word, of: milli, loss: loss)
                while frees != 0 {
                    let free = word << 6 | frees.trailingZeroBitCount
                    frees &= frees - 1
                    chooseHole(request, shapeMask, free, &choice)
                }
            }
            if loss == wholeLoss {
                let rest = Int(prices.rests[ShareRequest.wholeMilli - milli])
                chooseFree(request, shapeMask, taking: 1, adding: rest, &choice)
            }
            if choice.rank >= 0 { return choice }
        }
        return choice
    }

    /// Weighs all states with `count` free GPUs, of which those taken leave rests worth `added`.
    private mutating func chooseFree(
        _ request: ShareRequest, _ shapeMask: UInt64, taking count: Int, adding added: Int, _ choice: inout Choice
    ) {
        let width = shapes.bucketMilli
        let eligible: UInt64 = .max << UInt64(request.cpuMilli / width)
        let step = (request.cpuMilli + (width - 1) / 2) / width
        for place in rows.active.indices {
            let row = Int(rows.active[place])
            let state = rows.rows[row]
            guard Int(state.free) >= count, shapeMask >> UInt64(state.shape) & 1 == 1 else { continue }
            var buckets = state.buckets & eligible
            guard buckets != 0 else { continue }
            let next = rows.row(
                shape: Int(state.shape), free: Int(state.free) - count, rest: Int(state.rest) + added)
            rows.revalue(row, by: rooms)
            rows.revalue(next, by: rooms)
            while buckets != 0 {
                let bucket = buckets.trailingZeroBitCount
                buckets &= buckets - 1
                let worthLeft = rows.worth(next, max(0, bucket - step))
                let loss = coarse(rows.worth(row, bucket) - worthLeft, free: Int(state.free))
                guard loss <= choice.loss else { continue }
                let bound = loss == choice.loss ? choice.rank : Int.max
                let rank = firstFitting(request, in: rows.cell(row, bucket), below: bound)
                if rank >= 0 { choice = Choice(loss: loss, rank: rank) }
            }
        }
    }

    /// The lowest rank of a cell that has the CPU and memory, if it is below a bound; else -1.
    @inline(__always)
    private func firstFitting(_ request: ShareRequest, in cell: Int, below bound: Int) -> Int {
        var rank = rows.cells.next(in: cell)
        while rank >= 0 && rank < bound {
            if hasRoom(rank, request) { return rank }
            rank = rows.cells.next(in: cell, from: rank + 1)
        }
        return -1
    }

    /// Weighs nodes that have a device with `free` thousandths left.
    private mutating func chooseHole(
        _ request: ShareRequest, _ shapeMask: UInt64, _ free: Int, _ choice: inout Choice
    ) {
        let change = Int(prices.rests[free - request.gpuMilli]) - Int(prices.rests[free])
        let step = (request.cpuMilli + (shapes.bucketMilli - 1) / 2) / shapes.bucketMilli
        var looks = 0
        var rank = holes.nodes.next(in: free)
        while rank >= 0 && looks < Self.holeLooksMax {
            let state = left[rank]
            if hasRoom(rank, request), shapeMask >> UInt64(state.shape) & 1 == 1 {
                looks += 1
                let bucket = bucket(of: rank)
                let next = rows.row(shape: Int(state.shape), free: Int(state.free), rest: Int(state.rest) + change)
                rows.revalue(Int(state.row), by: rooms)
                rows.revalue(next, by: rooms)
                let worthLeft = rows.worth(next, max(0, bucket - step))
                // A hole is taken before a free device.
                let loss = coarse(rows.worth(Int(state.row), bucket) - worthLeft, free: ShareRequest.gpuCountMax)
                if choice.isBeaten(by: loss, rank) { choice = Choice(loss: loss, rank: rank, free: free) }
            }
            rank = holes.nodes.next(in: free, from: rank + 1)
        }
    }

    @inline(__always)
    private func hasRoom(_ rank: Int, _ request: ShareRequest) -> Bool {
        Int(left[rank].cpuMilli) >= request.cpuMilli && Int(left[rank].memoryMiB) >= request.memoryMiB
    }
}
