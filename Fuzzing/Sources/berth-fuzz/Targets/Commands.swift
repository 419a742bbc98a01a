// Requests to a small book, decided, applied, journalled, replayed and checked, with the time that goes on after them.

import Simulation

@testable import ControlAPI
@testable import ControlServer
@testable import Leasing

extension FuzzTarget {
    static let commands = FuzzTarget(
        "commands", "requests, carried out on a small book", bytesMax: 4_096,
        words: {
            let requests = SampleRequests.all + SampleRequests.further
            return quotedWords(in: requests.map(\.body) + Array(RequestExamples.all.values))
                + requests.map { $0.address + "\n" }
        },
        seeds: {
            let (book, requests) = (Sample.made.book, SampleRequests.all + SampleRequests.further)
            return requests.enumerated().map { place, request in
                let route = request.address.prefix { $0 != " " }
                return ("\(place < 9 ? "0" : "")\(place + 1)-\(route)", request.input(book))
            }
        }
    ) { bytes in
        guard let request = Addressed(bytes).flatMap({ RoutedRequest($0) }) else { return false }
        var run = BookRun()
        do {
            let commands = try request.commands(in: run.book, now: run.now)
            for command in commands.prefix(4) { try run.execute(command) }
        } catch let refusal as Refusal {
            _ = CanonicalJSON.encode(Problem(refusal))
        } catch {
            say(error)
        }
        guard run.hasChanged else { return true }
        run.readAnswers()
        for seconds: Int64 in [1, 3_600, 86_400, 40 * 86_400] { run.pass(seconds) }
        run.readAnswers()
        run.checkReplay()
        return true
    }
}

/// What becomes of the sample book.
private struct BookRun {
    private(set) var book = Sample.made.book
    private(set) var now = Sample.made.now + 1
    private var entries: [[UInt8]] = []

    /// A year of small steps would take too long.
    private static let stepsMax = 64

    var hasChanged: Bool { !entries.isEmpty }

    mutating func execute(_ command: Command) throws {
        if let entry = try book.execute(command, Sample.context(at: now)).entry { entries.append(entry.encoded()) }
    }

    /// Lets time go on.
    mutating func pass(_ seconds: Int64) {
        now += seconds
        for _ in 0..<Self.stepsMax {
            guard let outcome = try? book.execute(.advance, Sample.context(at: now)) else {
                fatalError("what is due is never refused")
            }
            if let entry = outcome.entry { entries.append(entry.encoded()) }
            if !outcome.outcome.hasMoreDue { break }
        }
    }

    /// Everybody is told of everything.
    func readAnswers() {
        for role in [Role.operator, .tenant("acme")] {
            let encoding = LeaseEncoding(book: book, role: role)
            book.forEachWholeLease { lease in
                if role == .operator || role == .tenant(lease.lease.tenant) {
                    _ = CanonicalJSON.encode(encoding.answer(lease))
                }
                return true
            }
        }
        let notices = NoticeEncoding(book: book, now: now)
        let targets = LoadTargetEncoding(book: book, now: now)
        for target in book.loadTargets { _ = CanonicalJSON.encode(targets.answer(target)) }
        for order in targets.orders().compactMap(targets.answer) { _ = CanonicalJSON.encode(order) }
        book.forEachLease { lease in
            for reclaim in book.reclaims(of: lease.number) {
                _ = CanonicalJSON.encode(notices.answer(reclaim, to: .operator))
            }
            return true
        }
        for report in BookRules(book, now: now).check() {
            require(report.violations.isEmpty, "rule \(report.rule): \(report.violations.first ?? "")")
        }
    }

    /// What was journalled makes the same book, and so does a snapshot of it.
    func checkReplay() {
        var other = Sample.made.book
        for bytes in entries {
            guard let entry = try? Entry(decoding: bytes) else { fatalError("what was journalled reads back") }
            require(entry.encoded() == bytes, "what was journalled reads back as the same")
            other.apply(entry)
        }
        let snapshot = book.snapshot()
        require(other.snapshot() == snapshot, "facts make the book that was decided")
        guard let restored = try? Book(snapshot: snapshot) else { fatalError("a snapshot makes a book") }
        require(restored.snapshot() == snapshot, "a snapshot makes the same book")
    }
}
