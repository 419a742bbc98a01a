// A node as the published policies see it.

import Packing

/// What is left on a node, and what has been put there.
struct ShareNodeLeft {
    var cpuMilli: Int
    var memoryMiB: Int
    /// Thousandths free of each device; 0 past the last.
    var frees: SIMD8<Int16>
    let gpuCount: Int
    let model: Int
    /// Bit 0 once a part was placed here, bit `n` once a task with `n` whole GPUs was.
    var sorts: UInt16 = 0

    init(_ node: ShareNode) {
        cpuMilli = node.cpuMilli
        memoryMiB = node.memoryMiB
        frees = .zero
        for device in 0..<node.gpuCount { frees[device] = Int16(ShareRequest.wholeMilli) }
        gpuCount = node.gpuCount
        model = node.model
    }

    var totalFree: Int { Int(frees.wrappedSum()) }

    /// Devices of which nothing is taken.
    var freeCount: Int { devices(with: ShareRequest.wholeMilli) }

    /// Devices with at least `milli` free.
    func devices(with milli: Int) -> Int {
        var count = 0
        for device in 0..<gpuCount where Int(frees[device]) >= milli { count += 1 }
        return count
    }

    func fits(_ request: ShareRequest) -> Bool {
        guard cpuMilli >= request.cpuMilli, memoryMiB >= request.memoryMiB else { return false }
        guard request.gpuCount > 0 else { return true }
        return request.models >> UInt64(model) & 1 == 1 && devices(with: request.gpuMilli) >= request.gpuCount
    }

    /// The device with least free of those that have `milli`, the first of equals; -1 when there is none.
    func bestDevice(for milli: Int) -> Int {
        var best = -1
        for device in 0..<gpuCount where Int(frees[device]) >= milli {
            if best < 0 || frees[device] < frees[best] { best = device }
        }
        return best
    }

    /// Puts a task here: a part on `device`, whole GPUs on the first free ones. Gives bit `d` for each device used.
    @discardableResult
    mutating func put(_ request: ShareRequest, on device: Int) -> UInt8 {
        cpuMilli -= request.cpuMilli
        memoryMiB -= request.memoryMiB
        guard request.gpuCount > 0 else { return 0 }
        sorts |= Self.sort(of: request)
        if request.isPart {
            frees[device] -= Int16(request.gpuMilli)
            return 1 << UInt8(device)
        }
        var (devices, wanted) = (UInt8(0), request.gpuCount)
        for device in 0..<gpuCount where wanted > 0 && Int(frees[device]) == ShareRequest.wholeMilli {
            frees[device] = 0
            devices |= 1 << UInt8(device)
            wanted -= 1
        }
        return devices
    }

    /// The bit of `sorts` for a task with GPUs.
    static func sort(of request: ShareRequest) -> UInt16 { request.isPart ? 1 : 1 << UInt16(request.gpuCount) }
}
