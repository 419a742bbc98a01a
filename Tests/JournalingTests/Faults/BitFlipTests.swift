// One bit turned over, in every page of every file: refused in words, or the right book, or what docs/testing.md says is not detected.

import FaultDisk
import MerkleLog
import Testing

@testable import Journaling

@Suite("Bit flips")
struct BitFlipTests {
    /// What became of the flips in one file.
    private struct Outcomes {
        var count = 0
        var refused = 0
        var right = 0
        var wrong: [BrokenPromise.Part: [String]] = [:]

        var summary: String {
            let parts = wrong.map { "\($0.key) \($0.value.count)" }.sorted().joined(separator: ", ")
            return "\(count) flips, \(refused) refused, \(right) harmless, wrong: \(parts)"
        }
    }

    private static let pageByteCount = 4_096
    private static let flipsPerPage = 12 * faultEffort

    /// A life that came to its end, and how many changes there were when its book was open last.
    private func life(bulk: Int = 3) throws -> (ReferenceLife, open: Int) {
        let life = ReferenceLife(on: FaultDisk(DiskImage(folders: ReferenceLife.folders)), bulk: bulk)
        life.run()
        life.end()
        return (life, try #require(life.groups.last?.end))
    }

    /// Bits of the file, some by chance in each page.
    private func bits(of bytes: [UInt8], perPage: Int = flipsPerPage) -> [Int] {
        var chance = SeededNumbers(state: UInt64(bytes.count))
        return stride(from: 0, to: bytes.count, by: Self.pageByteCount).flatMap { page in
            let end = min(bytes.count, page + Self.pageByteCount)
            // A third of them in the page's head, where few bits say much.
            return (0..<perPage).map { number in
                Int.random(in: page * 8..<(number % 3 == 0 ? min(end, page + 96) : end) * 8, using: &chance)
            }
        }
    }

    private func outcomes(
        of bits: [Int], in path: String, _ life: ReferenceLife, at count: Int, _ image: DiskImage
    ) -> Outcomes {
        var outcomes = Outcomes()
        for bit in bits {
            var image = image
            image.flip(bit: bit, of: path)
            outcomes.count += 1
            let disk = FaultDisk(image)
            do {
                let journal = try life.openBook(on: disk)
                try StartCheck(life, at: count, on: disk).checkContent(of: journal)
                try journal.close()
                outcomes.right += 1
            } catch let promise as BrokenPromise {
                outcomes.wrong[promise.part, default: []].append("bit \(bit): \(promise)")
            } catch {
                #expect(error is JournalFault, "bit \(bit): \(error)")
                outcomes.refused += 1
            }
        }
        print("\(path): \(outcomes.summary)")
        return outcomes
    }

    /// That nothing is wrong but in the parts named, whose damage docs/testing.md says is not detected.
    private func expect(_ outcomes: Outcomes, wrongOnlyIn known: Set<BrokenPromise.Part>) {
        for (part, cases) in outcomes.wrong where !known.contains(part) {
            for one in cases.prefix(3) { Issue.record("\(one)") }
            #expect(cases.isEmpty, "\(part): \(cases.count)")
        }
        #expect(outcomes.refused > 0 && outcomes.right + outcomes.refused > outcomes.count / 2)
    }

    @Test("In a closed book")
    func closedBook() throws {
        // Enough records for a full tile of the log's tree.
        let (life, _) = try life(bulk: 260)
        let count = life.disk.changeCount
        let image = life.disk.image(at: count, fates: [:])
        let bytes = try #require(image.bytes(of: "state/book.sqlite"))
        expect(
            outcomes(of: bits(of: bytes), in: "state/book.sqlite", life, at: count, image),
            wrongOnlyIn: [.table, .level, .epoch])
    }

    @Test("In the write-ahead log of a book that was not closed, but for its last transaction")
    func openBook() throws {
        let (life, count) = try life()
        let image = life.disk.image(at: count, fates: [:])
        let path = "state/book.sqlite-wal"
        let bytes = try #require(image.bytes(of: path))
        let last = lastTransaction(of: bytes)
        #expect(last.lowerBound > 32)
        let bits = bits(of: bytes, perPage: 24 * faultEffort).filter { !last.contains($0 / 8) }
        expect(outcomes(of: bits, in: path, life, at: count, image), wrongOnlyIn: [])
    }

    /// The bytes of the frames after the last transaction but one.
    private func lastTransaction(of log: [UInt8]) -> Range<Int> {
        let frameByteCount = 24 + Self.pageByteCount
        var ends: [Int] = []
        for place in stride(from: 32, to: log.count, by: frameByteCount) {
            let isOfThisLog = Array(log[place + 8..<place + 16]) == Array(log[16..<24])
            let endsTransaction = log[place + 4..<place + 8].contains { $0 != 0 }
            if isOfThisLog && endsTransaction { ends.append(place) }
        }
        return (ends.dropLast().last ?? 32) + frameByteCount..<log.count
    }

    @Test("In the identity file, every bit")
    func identityFile() throws {
        let (life, count) = try life()
        let image = life.disk.image(at: count, fates: [:])
        let bytes = try #require(image.bytes(of: "etc/book.id"))
        let all = Array(0..<bytes.count * 8)
        expect(outcomes(of: all, in: "etc/book.id", life, at: count, image), wrongOnlyIn: [])
    }

    @Test(
        "In a history file: it opens, it is set aside, or it cannot be read; nothing is promised but that nobody traps")
    func historyFile() throws {
        let (life, count) = try life()
        let image = life.disk.image(at: count, fates: [:])
        let path = "etc/means.sqlite"
        let bits = bits(of: try #require(image.bytes(of: path)), perPage: 100 * faultEffort)
        var setAside = 0
        for bit in bits {
            var image = image
            image.flip(bit: bit, of: path)
            let disk = FaultDisk(image)
            do throws(HistoryFault) {
                let file = try HistoryFile(path: disk.root + "/" + path, columns: ReferenceLife.columns, files: disk)
                if file.setAside != nil { setAside += 1 }
                _ = try file.rows(of: "node", from: 0)
                _ = try file.newestRows(seriesStart: nil, from: 0, limit: 10)
                try file.add([], droppingBefore: 1)
                try file.close()
            } catch {}
        }
        print("\(path): \(bits.count) flips, \(setAside) set aside")
        #expect(setAside > 0)
    }
}
