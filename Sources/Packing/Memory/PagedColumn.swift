// The copy-on-write mechanism under every view, undo, dry run and fork: a column of plain values in shared pages.
//
// A column is a tree of three levels: a table of groups, groups of 64 page references, pages of about 1 KiB. Groups
// and pages count who refers to them. A copy shares the table; the first write after it copies the table and, on
// the way to what is written, one group and one page. So a copy costs what changes after it, and a write to what
// nobody shares is three loads and three comparisons.

internal import Synchronization

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

/// The groups and pages of one column. Written only by the one column that refers to it.
@safe final class PageTable {
    private static var headerBytes: Int { 64 }
    private static var pointerBytes: Int { unsafe MemoryLayout<UnsafeMutableRawPointer>.stride }
    private static var groupBits: Int { 6 }
    private static var groupWidth: Int { 1 << groupBits }

    private let pageBytes: Int
    private let allocator: any PageAllocator
    private var groups: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private var groupCount = 0
    private var groupCapacity = 0
    private(set) var pageCount = 0

    init(pageBytes: Int, allocator: any PageAllocator) {
        self.pageBytes = pageBytes
        self.allocator = allocator
        unsafe groups = UnsafeMutablePointer.allocate(capacity: 0)
    }

    /// A table of the same groups. O(groups).
    init(copying other: PageTable) {
        pageBytes = other.pageBytes
        allocator = other.allocator
        groupCount = other.groupCount
        groupCapacity = other.groupCount
        pageCount = other.pageCount
        unsafe groups = UnsafeMutablePointer.allocate(capacity: groupCapacity)
        for index in 0..<groupCount {
            unsafe groups[index] = other.groups[index]
            unsafe Self.retain(groups[index])
        }
    }

    deinit {
        for index in 0..<groupCount { unsafe releaseGroup(groups[index], pages: pagesOfGroup(index)) }
        unsafe groups.deallocate()
    }

    @inline(__always)
    func page(_ page: Int) -> UnsafeMutableRawPointer {
        let group = unsafe groups[page >> Self.groupBits]
        return unsafe Self.slots(of: group)[page & (Self.groupWidth - 1)] + Self.headerBytes
    }

    @inline(__always)
    func writablePage(_ page: Int) -> UnsafeMutableRawPointer {
        let place = page >> Self.groupBits
        if unsafe !Self.isUnique(groups[place]) { copyGroup(place) }
        let slot = unsafe Self.slots(of: groups[place]) + (page & (Self.groupWidth - 1))
        if unsafe !Self.isUnique(slot.pointee) { unsafe copyPage(slot) }
        return unsafe slot.pointee + Self.headerBytes
    }

    /// Adds `count` pages that are one and the same until they are written.
    func appendPages(_ count: Int, fill: (UnsafeMutableRawPointer) -> Void) {
        let page = unsafe newPage()
        unsafe fill(page + Self.headerBytes)
        var shared: UnsafeMutableRawPointer?
        var left = count
        while left > 0 {
            let used = pageCount & (Self.groupWidth - 1)
            if used == 0 {
                growGroups()
                if left >= Self.groupWidth, let full = unsafe shared {
                    unsafe Self.retain(full)
                    unsafe groups[groupCount] = full
                    groupCount += 1
                    pageCount += Self.groupWidth
                    left -= Self.groupWidth
                    continue
                }
                unsafe groups[groupCount] = newGroup()
                groupCount += 1
            }
            if unsafe !Self.isUnique(groups[groupCount - 1]) { copyGroup(groupCount - 1) }
            let group = unsafe groups[groupCount - 1]
            let added = min(left, Self.groupWidth - used)
            for place in used..<used + added {
                unsafe Self.retain(page)
                unsafe Self.slots(of: group)[place] = page
            }
            pageCount += added
            left -= added
            if used == 0 && added == Self.groupWidth { unsafe shared = group }
        }
        unsafe releasePage(page)
    }

    var ownedBytes: Int {
        var bytes = groupCapacity * Self.pointerBytes
        for index in 0..<groupCount where unsafe Self.isUnique(groups[index]) {
            bytes += groupBytes
            for place in 0..<pagesOfGroup(index) where unsafe Self.isUnique(Self.slots(of: groups[index])[place]) {
                bytes += pageBytes + Self.headerBytes
            }
        }
        return bytes
    }

    // MARK: Groups and pages

    private func pagesOfGroup(_ group: Int) -> Int { min(Self.groupWidth, pageCount - group << Self.groupBits) }

    private func growGroups() {
        guard groupCount == groupCapacity else { return }
        groupCapacity = max(4, groupCapacity * 2)
        let grown = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: groupCapacity)
        for index in 0..<groupCount { unsafe grown[index] = groups[index] }
        unsafe groups.deallocate()
        unsafe groups = grown
    }

    private var groupBytes: Int {
        Self.headerBytes + Self.groupWidth * Self.pointerBytes
    }

    private func newGroup() -> UnsafeMutableRawPointer {
        let group = unsafe allocator.allocate(byteCount: groupBytes)
        unsafe Self.counter(of: group).initialize(to: Atomic(1))
        return unsafe group
    }

    private func newPage() -> UnsafeMutableRawPointer {
        let page = unsafe allocator.allocate(byteCount: pageBytes + Self.headerBytes)
        unsafe Self.counter(of: page).initialize(to: Atomic(1))
        return unsafe page
    }

    @inline(never)
    private func copyGroup(_ place: Int) {
        let old = unsafe groups[place]
        let copy = unsafe newGroup()
        let count = pagesOfGroup(place)
        for index in 0..<count {
            unsafe Self.slots(of: copy)[index] = Self.slots(of: old)[index]
            unsafe Self.retain(Self.slots(of: old)[index])
        }
        unsafe groups[place] = copy
        unsafe releaseGroup(old, pages: count)
    }

    @inline(never)
    private func copyPage(_ slot: UnsafeMutablePointer<UnsafeMutableRawPointer>) {
        let old = unsafe slot.pointee
        let copy = unsafe newPage()
        unsafe (copy + Self.headerBytes).copyMemory(from: old + Self.headerBytes, byteCount: pageBytes)
        unsafe slot.pointee = copy
        unsafe releasePage(old)
    }

    private func releaseGroup(_ group: UnsafeMutableRawPointer, pages: Int) {
        guard unsafe Self.release(group) else { return }
        for place in 0..<pages { unsafe releasePage(Self.slots(of: group)[place]) }
        unsafe allocator.deallocate(group, byteCount: groupBytes)
    }

    private func releasePage(_ page: UnsafeMutableRawPointer) {
        if unsafe Self.release(page) {
            unsafe allocator.deallocate(page, byteCount: pageBytes + Self.headerBytes)
        }
    }

    // MARK: Counting references

    @inline(__always)
    private static func slots(of group: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UnsafeMutableRawPointer> {
        unsafe (group + headerBytes).assumingMemoryBound(to: UnsafeMutableRawPointer.self)
    }

    @inline(__always)
    private static func counter(of block: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Atomic<Int>> {
        unsafe block.assumingMemoryBound(to: Atomic<Int>.self)
    }

    @inline(__always)
    private static func isUnique(_ block: UnsafeMutableRawPointer) -> Bool {
        unsafe counter(of: block).pointee.load(ordering: .acquiring) == 1
    }

    @inline(__always)
    private static func retain(_ block: UnsafeMutableRawPointer) {
        unsafe counter(of: block).pointee.add(1, ordering: .relaxed)
    }

    /// True when that was the last reference.
    private static func release(_ block: UnsafeMutableRawPointer) -> Bool {
        unsafe counter(of: block).pointee.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
    }
}
