// What views and undo cost: the first writes after a copy, the same writes without one, and going back.

import Benchmark
import Leasing
import Packing
import SampleBooks

/// A book, and two batches of 64 leases that were decided one after the other on it.
private final class Batches {
    static let size = 64
    let book: Book
    private(set) var first: [Entry] = []
    private(set) var second: [Entry] = []

    init(_ count: Int) {
        book = SampleBooks.leased(count)
        var fork = book
        for number in 0..<2 * Self.size {
            let command = Command.requestLeases([SampleBooks.oneGPU(number)], planTokens: [nil])
            let entry = SampleBooks.change(&fork, command).entry!
            if number < Self.size { first.append(entry) } else { second.append(entry) }
        }
    }
}

func viewBenchmarks() {
    for count in [1_000, 10_000, 100_000] {
        // Nothing is searched here: entries are applied, so that the copies of shared pages stand out.
        Benchmark("apply 64 leases after publishing a view, \(count) live") {
            (benchmark: Benchmark, batches: Batches) in
            var book = batches.book
            benchmark.startMeasurement()
            for entry in batches.first { book.apply(entry) }
            benchmark.stopMeasurement()
            blackHole(book.revision)
        } setup: {
            Batches(count)
        }
        Benchmark("apply 64 leases with no view kept, \(count) live") { (benchmark: Benchmark, batches: Batches) in
            var book = batches.book
            for entry in batches.first { book.apply(entry) }
            benchmark.startMeasurement()
            for entry in batches.second { book.apply(entry) }
            benchmark.stopMeasurement()
            blackHole(book.revision)
        } setup: {
            Batches(count)
        }
        Benchmark("publish: copy the book, \(count) live", configuration: .init(scalingFactor: .kilo)) {
            (benchmark: Benchmark, batches: Batches) in
            for _ in benchmark.scaledIterations {
                let view = batches.book
                blackHole(view.revision)
            }
        } setup: {
            Batches(count)
        }
        Benchmark("undo 64 leases, \(count) live") { (benchmark: Benchmark, batches: Batches) in
            var book = batches.book
            for entry in batches.first { book.apply(entry) }
            benchmark.startMeasurement()
            book = batches.book
            benchmark.stopMeasurement()
            blackHole(book.revision)
        } setup: {
            Batches(count)
        }
    }
}
