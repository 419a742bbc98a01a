// Going through nodes in the order of their buckets.

import FleetModel

extension PackingState {
    /// The first that `choose`, given a node, its rack and its bucket, takes of the nodes in the accepted groups' buckets, in the order of the sequences that the
    /// scratch space holds. Buckets with one key are as good as each other: the first node of all of them goes first.
    @inline(__always)
    func firstInBuckets<Found>(
        in nodes: Range<Int>, _ scratch: SearchScratch, _ choose: (Int, Int, Int) -> Found?
    ) -> Found? {
        while let key = nextKey(scratch) {
            openBuckets(key, in: nodes, scratch)
            while let (node, place) = nextNode(scratch, below: nodes.upperBound) {
                if let found = choose(node, Int(tables.rackOfNode[node]), scratch.cursors[place].bucket) {
                    return found
                }
                advance(place, to: node + 1, scratch)
            }
        }
        return nil
    }

    /// The lowest key of the buckets that are not used up and not empty.
    func nextKey(_ scratch: SearchScratch) -> Int64? {
        var best = Int64.max
        for place in 0..<scratch.acceptedCount {
            let group = Int(scratch.accepted[place])
            var sequence = scratch.sequences[place]
            while sequence.head < sequence.end, buckets.isEmpty(group, Int(sequence.first.bucket)) {
                sequence.head += 1
            }
            scratch.sequences[place].head = sequence.head
            if sequence.head < sequence.end { best = min(best, sequence.first.key) }
        }
        return best == .max ? nil : best
    }

    /// Points a cursor at the first node of each bucket that has the key.
    func openBuckets(_ key: Int64, in nodes: Range<Int>, _ scratch: SearchScratch) {
        scratch.cursorCount = 0
        for place in 0..<scratch.acceptedCount {
            let group = Int(scratch.accepted[place])
            var sequence = scratch.sequences[place]
            while sequence.head < sequence.end, sequence.first.key == key {
                let bucket = Int(sequence.first.bucket)
                if !buckets.isEmpty(group, bucket) {
                    let first = buckets.first(group, bucket, from: nodes.lowerBound)
                    scratch.cursors[scratch.cursorCount] = BucketCursor(group: group, bucket: bucket, node: first)
                    scratch.cursorCount += 1
                }
                sequence.head += 1
            }
            scratch.sequences[place].head = sequence.head
        }
    }

    func nextNode(_ scratch: SearchScratch, below end: Int) -> (node: Int, place: Int)? {
        var (node, found) = (end, -1)
        for place in 0..<scratch.cursorCount where scratch.cursors[place].node < node {
            (node, found) = (scratch.cursors[place].node, place)
        }
        return found < 0 ? nil : (node, found)
    }

    func advance(_ place: Int, to node: Int, _ scratch: SearchScratch) {
        let cursor = scratch.cursors[place]
        scratch.cursors[place].node = buckets.first(cursor.group, cursor.bucket, from: node)
    }
}
