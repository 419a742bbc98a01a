// The copy-on-write mechanism under every view, undo, dry run and fork: an array in pages.

/// An array whose copies share pages until one of them writes.
///
/// Copying is O(1). The first write after a copy copies one spine of page references and one page of
/// `pageSize` elements, so a copy costs what changes after it, not what it holds.
public struct PagedArray<Element: Sendable>: Sendable {
    @usableFromInline static var pageBits: Int { 7 }
    @usableFromInline static var pageSize: Int { 1 << pageBits }

    @usableFromInline var pages: ContiguousArray<ContiguousArray<Element>>
    public private(set) var count: Int

    /// `count` copies of `element`. O(count), but the full pages share one storage.
    public init(repeating element: Element, count: Int) {
        let (full, rest) = (count / Self.pageSize, count % Self.pageSize)
        pages = ContiguousArray(
            repeating: ContiguousArray(repeating: element, count: Self.pageSize), count: full)
        if rest > 0 { pages.append(ContiguousArray(repeating: element, count: rest)) }
        self.count = count
    }

    @inlinable public subscript(index: Int) -> Element {
        get { pages[index >> Self.pageBits][index & (Self.pageSize - 1)] }
        _modify { yield &pages[index >> Self.pageBits][index & (Self.pageSize - 1)] }
    }

    /// Adds an element at the end. O(1) amortised, plus a page's copy when it is shared.
    public mutating func append(_ element: Element) {
        if count & (Self.pageSize - 1) == 0 {
            var page = ContiguousArray<Element>()
            page.reserveCapacity(Self.pageSize)
            pages.append(page)
        }
        pages[pages.count - 1].append(element)
        count += 1
    }
}
