// The pages of one column, and who else refers to them.

internal import Synchronization

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

    /// Calls `body` with each page that is not one and the same in both, those that only one has included. O(groups + pages of
    /// groups that differ).
    func forEachDifference(from other: PageTable, _ body: (Int) -> Void) {
        for place in 0..<max(groupCount, other.groupCount) {
            let isInBoth = place < groupCount && place < other.groupCount
            if isInBoth, unsafe groups[place] == other.groups[place] { continue }
            let (count, otherCount) = (
                place < groupCount ? pagesOfGroup(place) : 0, place < other.groupCount ? other.pagesOfGroup(place) : 0
            )
            for slot in 0..<max(count, otherCount) {
                if slot < count, slot < otherCount,
                    unsafe Self.slots(of: groups[place])[slot] == Self.slots(of: other.groups[place])[slot]
                {
                    continue
                }
                body(place << Self.groupBits + slot)
            }
        }
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
