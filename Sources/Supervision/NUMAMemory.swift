// On which NUMA nodes a process's memory lies, as the kernel counts its pages.

import Glibc

/// Bytes of anonymous memory, heap and stacks, by NUMA node.
public struct NUMAMemory: Sendable, Equatable {
    /// By the kernel's number of the node; a node with none is left out.
    public let bytes: [Int: Int64]

    /// That of this process; nil where the kernel does not say. It walks every page, so it is not for each request.
    public static var ofThisProcess: NUMAMemory? {
        guard let file = fopen("/proc/self/numa_maps", "re") else { return nil }
        defer { fclose(file) }
        // The kernel gives it in parts and says no length, so Foundation would take the first part for all.
        var (text, part) = ([UInt8](), [UInt8](repeating: 0, count: 64 << 10))
        while case let count = fread(&part, 1, part.count, file), count > 0 { text += part[..<count] }
        return NUMAMemory(numaMaps: String(decoding: text, as: UTF8.self))
    }

    /// Reads the kernel's table, `numa_maps` of proc(5). What stands for a file is left out.
    public init(numaMaps: String) {
        var bytes: [Int: Int64] = [:]
        for line in numaMaps.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard !words.contains(where: { $0.hasPrefix("file=") }) else { continue }
            let pageBytes = (Self.number(after: "kernelpagesize_kB=", in: words) ?? 4) * 1_024
            for word in words where word.hasPrefix("N") {
                let parts = word.dropFirst().split(separator: "=")
                guard parts.count == 2, let node = Int(parts[0]), let pages = Int64(parts[1]) else { continue }
                bytes[node, default: 0] += pages * pageBytes
            }
        }
        self.bytes = bytes
    }

    /// How many percent of what has been added since `before` lie on `node`, rounded down; nil when less than `least` bytes were.
    public func percent(on node: Int, addedSince before: NUMAMemory, least: Int64) -> Int? {
        let added = bytes.merging(before.bytes.mapValues { -$0 }) { $0 + $1 }.mapValues { max(0, $0) }
        let sum = added.values.reduce(0, +)
        return sum < least ? nil : Int((added[node] ?? 0) * 100 / sum)
    }

    private static func number(after key: String, in words: [Substring]) -> Int64? {
        words.first { $0.hasPrefix(key) }.flatMap { Int64($0.dropFirst(key.count)) }
    }
}
