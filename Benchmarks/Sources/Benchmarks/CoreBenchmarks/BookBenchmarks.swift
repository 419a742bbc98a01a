// Whole decisions of the book: rules, placement, facts, applied.

import Benchmark
import Leasing
import Packing
import SampleBooks

/// A book that one benchmark changes.
final class ScratchBook {
    let start: Book
    var book: Book
    var next = 0
    init(_ book: Book) { (start, self.book) = (book, book) }
}

func bookBenchmarks() {
    for count in [0, 1_000, 10_000, 100_000] {
        Benchmark("decide 1 GPU, \(count) live leases") { (benchmark: Benchmark, scratch: ScratchBook) in
            let command = Command.requestLeases([SampleBooks.oneGPU(scratch.next)], planTokens: [nil])
            scratch.next += 1
            benchmark.startMeasurement()
            blackHole(SampleBooks.change(&scratch.book, command))
            benchmark.stopMeasurement()
        } setup: {
            ScratchBook(SampleBooks.leased(count))
        }
    }
    plan("1 GPU", SampleBooks.oneGPU(0), live: 100_000)
    let block = LeaseLine(name: "block", shape: .block, count: 1, models: [], within: nil)
    plan("a block of 512 GPUs", SampleBooks.order([block], tenant: SampleBooks.tenant(0)), live: 100_000)
    let deal = [
        LeaseLine(name: "racks", shape: .nvl72, count: 1_527, models: ["GB200"], within: nil),
        LeaseLine(name: "rest", shape: .node, count: 14, models: ["GB200"], within: .nvl72),
    ]
    plan("110,000 GPUs", SampleBooks.order(deal, tenant: SampleBooks.tenant(0), sites: ["memphis-2"]), live: 0)
}

private func plan(_ what: String, _ order: LeaseOrder, live: Int) {
    Benchmark("fork and plan \(what), \(live) live leases") { (benchmark: Benchmark, scratch: ScratchBook) in
        blackHole(try scratch.book.plan(order, now: SampleBooks.now))
    } setup: {
        ScratchBook(SampleBooks.leased(live))
    }
}
