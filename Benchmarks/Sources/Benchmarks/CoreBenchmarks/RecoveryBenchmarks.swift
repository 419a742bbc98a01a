// From bytes to the book and back.

import Benchmark
import Leasing
import SampleBooks

/// A large book, its snapshot, and entries that follow on a smaller one.
private final class Recorded {
    static let entryCount = 1_000
    let book = SampleBooks.leased(100_000)
    let snapshot: [UInt8]
    let before = SampleBooks.leased(10_000)
    private(set) var entries: [Entry] = []
    private(set) var bytes: [[UInt8]] = []

    init() {
        snapshot = book.snapshot()
        var fork = before
        for number in 0..<Self.entryCount {
            let command = Command.requestLeases([SampleBooks.oneGPU(number)], planTokens: [nil])
            entries.append(SampleBooks.change(&fork, command).entry!)
        }
        bytes = entries.map { $0.encoded() }
    }
}

func recoveryBenchmarks() {
    measure("encode 1000 entries of one lease") { recorded in
        for entry in recorded.entries { blackHole(entry.encoded()) }
    }
    measure("decode 1000 entries of one lease") { recorded in
        for bytes in recorded.bytes { blackHole(try Entry(decoding: bytes)) }
    }
    measure("replay 1000 entries (2000 facts), 10000 live") { recorded in
        var book = recorded.before
        for bytes in recorded.bytes { book.apply(try Entry(decoding: bytes)) }
        blackHole(book.revision)
    }
    measure("encode a snapshot, 100000 live") { blackHole($0.book.snapshot()) }
    measure("digest, 100000 live") { blackHole($0.book.digest()) }
    measure("restore from a snapshot, 100000 live") { blackHole(try Book(snapshot: $0.snapshot)) }
}

private func measure(_ name: String, _ body: @escaping (Recorded) throws -> Void) {
    Benchmark(name) { (benchmark: Benchmark, recorded: Recorded) in
        try body(recorded)
    } setup: {
        Recorded()
    }
}
