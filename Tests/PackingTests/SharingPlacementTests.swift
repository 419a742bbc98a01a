// Placements of shared GPUs that can be worked out by hand.

import Testing

@testable import Packing

@Suite("Placing shares")
struct SharingPlacementTests {
    private static let node = ShareNode(cpuMilli: 96_000, memoryMiB: 393_216, gpuCount: 8, model: 0)

    private func part(_ milli: Int, cpu: Int = 4_000, models: UInt64 = ShareRequest.anyModel) -> ShareRequest {
        ShareRequest(cpuMilli: cpu, memoryMiB: 1_024, gpuCount: 1, gpuMilli: milli, models: models)
    }

    private func whole(_ count: Int, cpu: Int = 8_000, models: UInt64 = ShareRequest.anyModel) -> ShareRequest {
        ShareRequest(cpuMilli: cpu, memoryMiB: 1_024, gpuCount: count, gpuMilli: 1_000, models: models)
    }

    /// Places requests in turn and gives where they went.
    private func placed(
        _ requests: [ShareRequest], on nodes: [ShareNode], list: [(request: ShareRequest, count: Int)]
    ) -> [SharePlacement?] {
        var pool = SharePool(nodes: nodes, popularity: .listed(list))
        return requests.map { pool.place(pool.kind(of: $0)) }
    }

    @Test("a part goes where the rest is worth least to others")
    func pairs() {
        let list = [part(470), part(650), part(320), whole(1)].map { (request: $0, count: 10) }
        let requests = [part(650), part(470), part(320), part(470)]
        let devices = placed(requests, on: [Self.node], list: list).map { $0?.devices }
        // 650 and 320 share a device, and so do the two of 470; 320 would spoil the rest of 530 for another 470.
        #expect(devices == [0b01, 0b10, 0b01, 0b10])
    }

    @Test("a request that any model will do leaves the scarce model alone")
    func scarcity() {
        let scarce = ShareNode(cpuMilli: 96_000, memoryMiB: 393_216, gpuCount: 1, model: 1)
        let nodes = [scarce, Self.node, Self.node]
        let list = [(request: whole(1), count: 10), (request: whole(1, models: 0b10), count: 2)]
        let placements = placed([whole(1), whole(1, models: 0b10)], on: nodes, list: list)
        #expect(placements.map { $0?.node } == [1, 0])
    }

    @Test("a request without GPUs goes where it leaves CPU beside free GPUs")
    func balance() {
        let rich = ShareNode(cpuMilli: 104_000, memoryMiB: 393_216, gpuCount: 2, model: 1)
        let cpuOnly = ShareRequest(cpuMilli: 32_000, memoryMiB: 1_024, gpuCount: 0, gpuMilli: 0)
        let list = [(request: whole(1, cpu: 12_000), count: 10), (request: cpuOnly, count: 2)]
        #expect(placed([cpuOnly], on: [Self.node, rich], list: list).map { $0?.node } == [1])
    }

    @Test("whole GPUs keep a whole node for those that need one")
    func wholeNodes() {
        let list = [(request: whole(1), count: 10), (request: whole(8), count: 1)]
        let placements = placed([whole(1), whole(1), whole(1), whole(8)], on: [Self.node, Self.node], list: list)
        #expect(placements.map { $0?.node } == [0, 0, 0, 1])
        #expect(placements.map { $0?.devices } == [0b001, 0b010, 0b100, 0xFF])
    }

    @Test("what was refused is placed once room is given back")
    func refusalEnds() throws {
        var pool = SharePool(nodes: [Self.node])
        let kind = pool.kind(of: whole(8))
        let found = pool.place(kind)
        let first = try #require(found)
        let refused = [pool.place(kind), pool.place(kind)]
        #expect(refused == [nil, nil])
        pool.release(first, of: kind)
        let second = pool.place(kind)
        #expect(second == first)
    }

    @Test("CPU, memory and models are limits as GPUs are")
    func limits() {
        let memory = ShareRequest(cpuMilli: 0, memoryMiB: 393_217, gpuCount: 0, gpuMilli: 0)
        let requests = [
            whole(1, cpu: 96_001), memory, whole(1, models: 0b10), whole(1, cpu: 96_000), whole(1, cpu: 1),
        ]
        let placements = placed(requests, on: [Self.node], list: [])
        #expect(placements == [nil, nil, nil, SharePlacement(node: 0, devices: 1), nil])
    }

    @Test("ties go to the lowest rank")
    func ranks() {
        var pool = SharePool(nodes: [Self.node, Self.node, Self.node], ranks: [2, 0, 1])
        let kind = pool.kind(of: whole(8))
        let nodes = (0..<3).map { _ in pool.place(kind)?.node }
        #expect(nodes == [1, 2, 0])
    }
}
