// A loss of power, played on the files of a process that has ended: what was not synced may be lost or torn.

import Foundation
import Simulation

/// Plays what `scripts/crash/faults.c` has noted of the book's file and its write-ahead log.
///
/// The model is that of a disk below a page cache: a sync takes each page that was written since the last one to the disk; a sync
/// that fails takes none, and the kernel holds them for clean all the same; when the power goes, of each page that is still
/// dirty every sector is there or not. Names of files are taken to be durable.
enum PowerLoss {
    private static let pageBytes = 4_096
    private static let sectorBytes = 512
    private static let magic: UInt32 = 0x4254_4821

    private enum What: UInt32 {
        case write = 1
        case truncate, sync, gone, lost
    }

    private struct Note {
        var what: What
        var offset: Int
        var oldSize: Int
        var old: ArraySlice<UInt8>
        var new: ArraySlice<UInt8>
    }

    private struct Image {
        var cache: [UInt8]
        var disk: [UInt8]
        var dirty: Set<Int> = []

        mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int) {
            guard !bytes.isEmpty else { return }
            if cache.count < offset + bytes.count {
                touch(cache.count..<offset + bytes.count)
                cache += [UInt8](repeating: 0, count: offset + bytes.count - cache.count)
            }
            cache.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            touch(offset..<offset + bytes.count)
        }

        mutating func resize(_ size: Int) {
            if size < cache.count { cache.removeSubrange(size...) }
            guard size > cache.count else { return }
            touch(cache.count..<size)
            cache += [UInt8](repeating: 0, count: size - cache.count)
        }

        private mutating func touch(_ range: Range<Int>) {
            guard !range.isEmpty else { return }
            dirty.formUnion(range.lowerBound / pageBytes...(range.upperBound - 1) / pageBytes)
        }

        mutating func sync() {
            resizeDisk(cache.count)
            for page in dirty { copy(page * pageBytes..<(page + 1) * pageBytes) }
            dirty = []
        }

        mutating func resizeDisk(_ size: Int) {
            if size < disk.count { disk.removeSubrange(size...) }
            disk += [UInt8](repeating: 0, count: size - disk.count)
        }

        mutating func copy(_ range: Range<Int>) {
            let range = range.clamped(to: 0..<min(cache.count, disk.count))
            if !range.isEmpty { disk.replaceSubrange(range, with: cache[range]) }
        }
    }

    /// Leaves the book's files as a disk would have them, and the notes empty. How many bytes of them are other than before.
    ///
    /// - Parameter losesAll: whether nothing is there that was not synced; else chance decides.
    static func play(
        notes path: String, folder: String, losesAll: Bool, _ random: inout SimulationRandom
    ) throws -> Int {
        let notes = try read(path)
        var changed = 0
        for (file, name) in [(UInt32(2), "book.sqlite"), (3, "book.sqlite-wal")] {
            guard let all = notes[file], !all.isEmpty else { continue }
            let target = URL(fileURLWithPath: folder + "/" + name)
            // A file that is gone stays so.
            guard let data = try? Data(contentsOf: target) else { continue }
            let before = [UInt8](data)
            let last = all.lastIndex { $0.what == .gone }.map { $0 + 1 } ?? 0
            let after = disk(of: before, all[last...], losesAll: losesAll, &random)
            if after != before {
                changed += zip(after, before).count { $0 != $1 } + abs(after.count - before.count)
                let file = try FileHandle(forWritingTo: target)
                try file.truncate(atOffset: 0)
                try file.write(contentsOf: Data(after))
                try file.close()
            }
        }
        // SQLite's index of the log is in memory.
        try? FileManager.default.removeItem(atPath: folder + "/book.sqlite-shm")
        try Data().write(to: URL(fileURLWithPath: path))
        return changed
    }

    private static func disk(
        of now: [UInt8], _ notes: ArraySlice<Note>, losesAll: Bool, _ random: inout SimulationRandom
    ) -> [UInt8] {
        var base = now
        for note in notes.reversed() {
            switch note.what {
            case .write, .truncate:
                if base.count > note.oldSize { base.removeSubrange(note.oldSize...) }
                base += [UInt8](repeating: 0, count: note.oldSize - base.count)
                base.replaceSubrange(note.offset..<note.offset + note.old.count, with: note.old)
            case .sync, .gone, .lost: break
            }
        }
        var image = Image(cache: base, disk: base)
        for note in notes {
            switch note.what {
            case .write: image.write(note.new, at: note.offset)
            case .truncate: image.resize(note.offset)
            case .sync: image.sync()
            case .lost: image.dirty = []
            case .gone: break
            }
        }
        // A write that the process did not live to make is noted; a part of it may be.
        image.cache = now
        let sizes = [image.disk.count, image.cache.count]
        // All, nothing, or some of each page.
        let way = losesAll ? 0 : random.below(4)
        if way != 0 { image.resizeDisk(way == 1 ? sizes[1] : sizes[random.below(2)]) }
        if way != 0 {
            for page in image.dirty.sorted() {
                for sector in stride(from: page * pageBytes, to: (page + 1) * pageBytes, by: sectorBytes)
                where way == 1 || random.below(2) == 0 {
                    image.copy(sector..<sector + sectorBytes)
                }
            }
        }
        return image.disk
    }

    private static func read(_ path: String) throws -> [UInt32: [Note]] {
        let bytes = [UInt8]((try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data())
        var result: [UInt32: [Note]] = [:]
        var place = 0
        func word(_ offset: Int) -> Int {
            bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: offset, as: Int64.self)) }
        }
        func half(_ offset: Int) -> UInt32 {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
        }
        // The last note may have been cut short by the end of the process; its write was not made then.
        while place + 48 <= bytes.count {
            guard half(place) == magic, let what = What(rawValue: half(place + 4)) else {
                throw ProofFault("\(path) is no list of notes at \(place)")
            }
            let (file, offset, newCount) = (half(place + 8), word(place + 16), word(place + 24))
            let (oldSize, oldCount) = (word(place + 32), word(place + 40))
            let start = place + 48
            guard start + oldCount + newCount <= bytes.count else { break }
            result[file, default: []].append(
                Note(
                    what: what, offset: offset, oldSize: oldSize, old: bytes[start..<start + oldCount],
                    new: bytes[start + oldCount..<start + oldCount + newCount]))
            place = start + oldCount + newCount
        }
        return result
    }
}
