// An ordered table from small integers to values, with the same copy-on-write rule as `PagedArray`.

/// An ordered map with `UInt64` keys; copies share nodes until one of them writes.
///
/// Look-up, insertion and removal are O(depth), the depth being the number of 6-bit digits of the largest key.
/// The iteration order is the order of keys, so it may be iterated where decisions are made.
public struct RadixTable<Value: Sendable>: Sendable {
    @inlinable static var bits: UInt64 { 6 }
    @inlinable static var width: Int { 64 }

    /// Safe to share between threads: a node is written only while `isKnownUniquelyReferenced`, so never while
    /// another copy of the table can reach it.
    @usableFromInline final class Node: @unchecked Sendable {
        @usableFromInline var children: ContiguousArray<Node?>
        @usableFromInline var values: ContiguousArray<Value?>
        /// Children or values that are present.
        @usableFromInline var used: Int

        @inlinable init(isLeaf: Bool) {
            children = isLeaf ? [] : ContiguousArray(repeating: nil, count: width)
            values = isLeaf ? ContiguousArray(repeating: nil, count: width) : []
            used = 0
        }

        @inlinable init(copying other: Node) {
            children = other.children
            values = other.values
            used = other.used
        }
    }

    @usableFromInline var root: Node?
    /// Levels below the root; 0 when the root is a leaf.
    @usableFromInline var height: UInt64 = 0
    @usableFromInline var entryCount = 0

    @inlinable public init() {}

    /// Entries in the table.
    @inlinable public var count: Int { entryCount }

    @inlinable public var isEmpty: Bool { entryCount == 0 }

    @inlinable public subscript(key: UInt64) -> Value? {
        get {
            guard var node = root, Self.fits(key, height: height) else { return nil }
            var level = height
            while level > 0 {
                guard let child = node.children[Self.digit(key, level)] else { return nil }
                node = child
                level -= 1
            }
            return node.values[Self.digit(key, 0)]
        }
        set {
            if let newValue {
                insert(newValue, at: key)
            } else {
                remove(key)
            }
        }
    }

    /// The first key at or after `key`, with its value. O(depth × 64).
    @inlinable public func first(from key: UInt64 = 0) -> (key: UInt64, value: Value)? {
        guard let root, Self.fits(key, height: height) else { return nil }
        return Self.first(in: root, level: height, from: key, prefix: 0)
    }

    /// Calls `body` for each entry in key order from `key`, until it returns false.
    @inlinable public func forEach(from key: UInt64 = 0, _ body: (UInt64, Value) throws -> Bool) rethrows {
        guard let root, Self.fits(key, height: height) else { return }
        _ = try Self.visit(root, level: height, from: key, prefix: 0, body)
    }

    @inlinable mutating func insert(_ value: Value, at key: UInt64) {
        if root == nil {
            height = 0
            while !Self.fits(key, height: height) { height += 1 }
            root = Node(isLeaf: height == 0)
        }
        while !Self.fits(key, height: height) {
            let taller = Node(isLeaf: false)
            taller.children[0] = root
            taller.used = 1
            root = taller
            height += 1
        }
        if Self.insert(value, at: key, level: height, into: &root!) { entryCount += 1 }
    }

    @inlinable mutating func remove(_ key: UInt64) {
        guard root != nil, self[key] != nil else { return }
        Self.remove(key, level: height, from: &root!)
        entryCount -= 1
        if root!.used == 0 { (root, height) = (nil, 0) }
    }

    @inlinable static func fits(_ key: UInt64, height: UInt64) -> Bool {
        let digits = (height + 1) * bits
        return digits >= 64 || key >> digits == 0
    }

    @inlinable static func digit(_ key: UInt64, _ level: UInt64) -> Int {
        Int(key >> (level * bits) & UInt64(width - 1))
    }

    @inlinable static func insert(_ value: Value, at key: UInt64, level: UInt64, into node: inout Node) -> Bool {
        if !isKnownUniquelyReferenced(&node) { node = Node(copying: node) }
        let digit = digit(key, level)
        if level == 0 {
            let isNew = node.values[digit] == nil
            node.values[digit] = value
            if isNew { node.used += 1 }
            return isNew
        }
        if node.children[digit] == nil {
            node.children[digit] = Node(isLeaf: level == 1)
            node.used += 1
        }
        return insert(value, at: key, level: level - 1, into: &node.children[digit]!)
    }

    @inlinable static func remove(_ key: UInt64, level: UInt64, from node: inout Node) {
        if !isKnownUniquelyReferenced(&node) { node = Node(copying: node) }
        let digit = digit(key, level)
        if level == 0 {
            node.values[digit] = nil
            node.used -= 1
            return
        }
        remove(key, level: level - 1, from: &node.children[digit]!)
        if node.children[digit]!.used == 0 {
            node.children[digit] = nil
            node.used -= 1
        }
    }

    @inlinable static func first(
        in node: Node, level: UInt64, from key: UInt64, prefix: UInt64
    ) -> (key: UInt64, value: Value)? {
        for digit in Self.digit(key, level)..<width {
            let here = prefix | UInt64(digit) << (level * bits)
            if level == 0 {
                if let value = node.values[digit] { return (here, value) }
            } else if let child = node.children[digit] {
                // Past the first digit every key below qualifies.
                let from = digit == Self.digit(key, level) ? key : 0
                if let found = first(in: child, level: level - 1, from: from, prefix: here) { return found }
            }
        }
        return nil
    }

    @inlinable static func visit(
        _ node: Node, level: UInt64, from key: UInt64, prefix: UInt64, _ body: (UInt64, Value) throws -> Bool
    ) rethrows -> Bool {
        for digit in Self.digit(key, level)..<width {
            let here = prefix | UInt64(digit) << (level * bits)
            if level == 0 {
                if let value = node.values[digit], try !body(here, value) { return false }
            } else if let child = node.children[digit] {
                let from = digit == Self.digit(key, level) ? key : 0
                if try !visit(child, level: level - 1, from: from, prefix: here, body) { return false }
            }
        }
        return true
    }
}
