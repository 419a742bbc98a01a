// A fixed table of plain values that is read on the hot path without reference counting.

/// A read-only table of plain values; whoever holds the owner of its memory may read it.
///
/// The memory belongs to a `TableArena`, which lives as long as the fleet's tables do.
@safe struct Table<Element: BitwiseCopyable>: BitwiseCopyable, @unchecked Sendable {
    // Safe to share: nobody writes after `TableArena.table` has returned.
    private let base: UnsafePointer<Element>
    let count: Int

    fileprivate init(base: UnsafePointer<Element>, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(index >= 0 && index < count, "an index into a table lies within it")
            return unsafe base[index]
        }
    }
}

/// Owns the memory of tables that are made once and never change.
@safe final class TableArena: @unchecked Sendable {
    // Safe to share: written only while the tables are being made, by one thread.
    private var blocks: [UnsafeMutableRawPointer] = unsafe []

    func table<Element: BitwiseCopyable>(_ elements: [Element]) -> Table<Element> {
        let byteCount = max(1, elements.count * MemoryLayout<Element>.stride)
        let block = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
        unsafe blocks.append(block)
        let base = unsafe block.bindMemory(to: Element.self, capacity: elements.count)
        for (index, element) in elements.enumerated() { unsafe base[index] = element }
        return unsafe Table(base: UnsafePointer(base), count: elements.count)
    }

    deinit {
        while let block = unsafe blocks.popLast() { unsafe block.deallocate() }
    }
}
