// What follows from a platform alone, worked out once for all fleets that have it.

import FleetModel
internal import Synchronization

/// The tables of one platform: its partitions, its MIG geometry, and orders of cut GPUs.
final class PlatformTables: Sendable {
    let platform: Platform
    let partitions: PartitionTable
    /// Nil for a platform without MIG.
    let geometry: SliceGeometry?
    private let arena: TableArena
    /// The orders that have been asked for lately, by the weights they were made for.
    private let sliceOrders = Mutex<[(weights: [Int], order: BucketOrder)]>([])

    private static let known = Mutex<[PlatformTables]>([])
    private static let ordersMax = 64

    /// The tables of a platform. Those of every platform that was ever asked for are kept; a catalogue has few.
    static func of(_ platform: Platform) -> PlatformTables {
        known.withLock { known in
            if let found = known.first(where: { $0.platform == platform }) { return found }
            let made = PlatformTables(platform)
            known.append(made)
            return made
        }
    }

    private init(_ platform: Platform) {
        self.platform = platform
        arena = TableArena()
        partitions = PartitionTable(platform, in: arena)
        // A platform whose profiles make no geometry places no instances.
        geometry = try? SliceGeometry(profiles: platform.migProfiles)
    }

    /// The order of the states of cut GPUs for a mix of profiles, all alike when it is empty; nil without MIG.
    func sliceOrder(for weights: [Int]) -> BucketOrder? {
        guard let geometry else { return nil }
        return sliceOrders.withLock { orders in
            if let found = orders.first(where: { $0.weights == weights }) { return found.order }
            let even = [Int](repeating: 1, count: geometry.profileCount)
            let made = BucketOrder(
                geometry, weights: weights.isEmpty ? even : weights, firstBucket: partitions.bucketCount)
            if orders.count == Self.ordersMax { orders.removeFirst() }
            orders.append((weights, made))
            return made
        }
    }
}
