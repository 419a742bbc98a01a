// Memory of fixed length that a search writes in.

/// A stretch of memory of fixed length that is written through, whoever holds it.
@safe struct ScratchBuffer<Element: BitwiseCopyable> {
    private let base: UnsafeMutablePointer<Element>
    let count: Int

    init(repeating element: Element, count: Int) {
        unsafe base = UnsafeMutablePointer.allocate(capacity: max(1, count))
        unsafe base.initialize(repeating: element, count: count)
        self.count = count
    }

    func deallocate() { unsafe base.deallocate() }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(index >= 0 && index < count, "an index into scratch space lies within it")
            return unsafe base[index]
        }
        @inline(__always) nonmutating _modify {
            precondition(index >= 0 && index < count, "an index into scratch space lies within it")
            yield unsafe &base[index]
        }
    }
}

extension ScratchBuffer {
    /// Puts the first `count` elements in order, in place: a heap sort, which allocates nothing. O(n log n).
    ///
    /// Not stable: of two different elements one must come first.
    func sort(first count: Int, by comesFirst: (Element, Element) -> Bool) {
        func sift(_ root: Int, _ end: Int) {
            var root = root
            while 2 * root + 1 < end {
                var child = 2 * root + 1
                if child + 1 < end && comesFirst(self[child], self[child + 1]) { child += 1 }
                guard comesFirst(self[root], self[child]) else { return }
                (self[root], self[child]) = (self[child], self[root])
                root = child
            }
        }
        for root in (0..<count / 2).reversed() { sift(root, count) }
        for end in (0..<count).reversed() where end > 0 {
            (self[0], self[end]) = (self[end], self[0])
            sift(0, end)
        }
    }
}
