// The copy-on-write mechanism under every view, undo, dry run and fork: a column of plain values in shared pages.
//
// A column is a tree of three levels: a table of groups, groups of 64 page references, pages of about 1 KiB. Groups
// and pages count who refers to them. A copy shares the table; the first write after it copies the table and, on
// the way to what is written, one group and one page. So a copy costs what changes after it, and a write to what
// nobody shares is three loads and three comparisons.

/// An array of plain values whose copies share pages until one of them writes.
///
/// Reading and writing are O(1). Safe to read from many threads at once; a copy is one reference.
@safe struct PagedColumn<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    // Safe to share: a page is written only while this column is the only one that can reach it.
    private var pages: PageTable
    private(set) var count: Int

    /// Elements of one page: as many as fit 1 KiB, a power of two.
    private static var pageBits: Int {
        let fitting = max(1, 1024 / MemoryLayout<Element>.stride)
        return Int.bitWidth - 1 - fitting.leadingZeroBitCount
    }
    private static var pageMask: Int { (1 << pageBits) - 1 }
    private static var pageBytes: Int { MemoryLayout<Element>.stride << pageBits }

    /// `count` copies of `element`. The pages are one until they are written, so this is O(count / 65,536).
    init(repeating element: Element, count: Int, allocator: any PageAllocator) {
        self.count = count
        pages = PageTable(pageBytes: Self.pageBytes, allocator: allocator)
        let pageCount = (count + Self.pageMask) >> Self.pageBits
        guard pageCount > 0 else { return }
        unsafe pages.appendPages(pageCount) { payload in
            let elements = unsafe payload.bindMemory(to: Element.self, capacity: Self.pageMask + 1)
            for index in 0...Self.pageMask { unsafe elements[index] = element }
        }
    }

    subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(index >= 0 && index < count, "an index into a column lies within it")
            return unsafe pages.page(index >> Self.pageBits)
                .assumingMemoryBound(to: Element.self)[index & Self.pageMask]
        }
        @inline(__always) _modify {
            precondition(index >= 0 && index < count, "an index into a column lies within it")
            yield unsafe &writablePage(index >> Self.pageBits)
                .assumingMemoryBound(to: Element.self)[index & Self.pageMask]
        }
    }

    /// Adds an element at the end. O(1) amortised.
    mutating func append(_ element: Element) {
        if count & Self.pageMask == 0 && count >> Self.pageBits == pages.pageCount {
            makeUnique()
            unsafe pages.appendPages(1) { payload in
                let elements = unsafe payload.bindMemory(to: Element.self, capacity: Self.pageMask + 1)
                for index in 0...Self.pageMask { unsafe elements[index] = element }
            }
        }
        count += 1
        self[count - 1] = element
    }

    /// Adds `count` copies of an element at the end. O(count).
    mutating func append(_ element: Element, count: Int) {
        for _ in 0..<count { append(element) }
    }

    /// Writes `element` to all of `range`. O(length).
    mutating func fill(_ range: Range<Int>, with element: Element) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "a filled range lies within its column")
        var index = range.lowerBound
        while index < range.upperBound {
            let end = min(range.upperBound, (index | Self.pageMask) + 1)
            let base = unsafe writablePage(index >> Self.pageBits).assumingMemoryBound(to: Element.self)
            for place in index..<end { unsafe base[place & Self.pageMask] = element }
            index = end
        }
    }

    /// Lends the stretch of one page from `index` to the end of the page or of `range`, for reading.
    ///
    /// Returns what `body` returns with the number of elements lent.
    @inline(__always)
    func readStretch<Result>(
        _ range: Range<Int>, _ body: (UnsafeBufferPointer<Element>) -> Result
    ) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "a stretch lies within its column")
        let base = unsafe pages.page(range.lowerBound >> Self.pageBits).assumingMemoryBound(to: Element.self)
        let end = min(range.upperBound, (range.lowerBound | Self.pageMask) + 1)
        return unsafe body(
            UnsafeBufferPointer(start: base + (range.lowerBound & Self.pageMask), count: end - range.lowerBound))
    }

    /// Where an element lies; valid for the rest of its page until the column is written, copied or dropped.
    @inline(__always)
    func address(of index: Int) -> UnsafeMutablePointer<Element> {
        precondition(index >= 0 && index < count, "an index into a column lies within it")
        return unsafe pages.page(index >> Self.pageBits).assumingMemoryBound(to: Element.self)
            + (index & Self.pageMask)
    }

    /// Where an element that may be written lies; valid for the rest of its page until the column is copied or dropped.
    @inline(__always)
    mutating func writableAddress(of index: Int) -> UnsafeMutablePointer<Element> {
        precondition(index >= 0 && index < count, "an index into a column lies within it")
        return unsafe writablePage(index >> Self.pageBits).assumingMemoryBound(to: Element.self)
            + (index & Self.pageMask)
    }

    /// Calls `body` with ranges that hold every element written since one of the two columns was a copy of the other, or both of
    /// a third. O(pages / 64 + what was written).
    func forEachDifference(from other: PagedColumn, _ body: (Range<Int>) -> Void) {
        guard pages !== other.pages else { return }
        pages.forEachDifference(from: other.pages) { page in
            let range = (page << Self.pageBits..<(page + 1) << Self.pageBits).clamped(to: 0..<count)
            if !range.isEmpty { body(range) }
        }
    }

    /// Bytes of pages that this column refers to and shares with no other; for reports.
    var ownedBytes: Int { pages.ownedBytes }

    @inline(__always)
    private mutating func writablePage(_ page: Int) -> UnsafeMutableRawPointer {
        makeUnique()
        return unsafe pages.writablePage(page)
    }

    @inline(__always)
    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&pages) { pages = PageTable(copying: pages) }
    }
}
