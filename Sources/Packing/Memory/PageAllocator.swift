// Where the pages of the packing state come from.

/// Gives and takes back the pages that hold a packing state, so that they can live on one NUMA node.
///
/// Called only when a page is made or dropped, never for a decision in steady state. Must be safe to call from
/// several threads at once.
public protocol PageAllocator: Sendable {
    /// `byteCount` bytes, aligned to 64, with any content.
    func allocate(byteCount: Int) -> UnsafeMutableRawPointer
    /// Takes back what `allocate` gave for the same `byteCount`.
    func deallocate(_ page: UnsafeMutableRawPointer, byteCount: Int)
}

/// Pages from the process's heap.
public struct HeapPages: PageAllocator {
    public init() {}

    public func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    }

    public func deallocate(_ page: UnsafeMutableRawPointer, byteCount: Int) {
        unsafe page.deallocate()
    }
}
