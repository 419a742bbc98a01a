// What must hold of what clients saw, whatever was done to the daemon meanwhile.

/// Checks a history. Pure: it knows neither sockets nor time.
///
/// Two ways that need nothing of each other: by the clients' own times alone (linearizability of each lease, one holder of each
/// GPU at a time), and by the revisions that the daemon says, against its log and against the clients' times.
public struct HistoryCheck {
    private let history: History
    /// The revision at which each operation stands in the log.
    private let logged: [String: Int]

    public init(_ history: History) {
        self.history = history
        logged = Dictionary(
            history.log.compactMap { entry in entry.operation.map { ($0, entry.revision) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// One sentence for each violation, at most a hundred of each kind.
    ///
    /// - Complexity: O(operations × log operations) and, for each lease, exponential in its writes that overlap.
    public func violations() -> [String] {
        [
            log(), answers(), order(), sights(), states(), holdersByRevision(), holdersByTime(), polls(), repeats(),
            linearizations(),
        ]
        .flatMap { $0.prefix(100) }
    }

    // MARK: The log

    /// The log has every revision once, its time never goes back, and every entry of a client is an operation's, once.
    func log() -> [String] {
        var found: [String] = []
        let operations = Dictionary(history.operations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var named: Set<String> = []
        var last = HistoryEntry(revision: 0, operation: nil, time: .min)
        for entry in history.log {
            if entry.revision != last.revision + 1 {
                found.append("log: after entry \(last.revision) comes \(entry.revision)")
            }
            if entry.time < last.time {
                found.append(
                    "log: entry \(entry.revision) was recorded at \(entry.time), before the one in front of it")
            }
            last = entry
            guard let name = entry.operation else { continue }
            if !named.insert(name).inserted { found.append("log: \(name) was done twice, again as \(entry.revision)") }
            guard let operation = operations[name] else {
                found.append("log: entry \(entry.revision) is of \(name), which nobody asked for")
                continue
            }
            if case .refused(let code) = operation.answer {
                found.append("log: \(name) was refused (\(code)) and stands in the log as \(entry.revision)")
            }
            if !operation.request.isWrite { found.append("log: \(name) only reads and stands in the log") }
        }
        return found
    }

    /// Every write that was answered as done stands in the log, at a revision that its answer shows.
    func answers() -> [String] {
        var found: [String] = []
        for operation in history.operations where operation.request.isWrite {
            guard case .done(let shown, let leases) = operation.answer else { continue }
            guard let revision = logged[operation.id] else {
                found.append(
                    "answers: \(operation.id) was answered at revision \(shown) and is not in the log: it is lost")
                continue
            }
            if revision > shown {
                found.append(
                    "answers: \(operation.id) is \(revision) and was answered at revision \(shown), before it was there"
                )
            }
            for sight in leases where sight.revision < revision {
                found.append(
                    "answers: \(operation.id) is \(revision) and its lease was last changed at \(sight.revision)")
            }
        }
        return found
    }

    // MARK: Time and revisions

    /// What was called after another answer had come shows no older revision, and a write is later than all that was shown.
    func order() -> [String] {
        struct Moment {
            var time: Int64
            var isReturn: Bool
            var index: Int
        }
        var moments: [Moment] = []
        for (index, operation) in history.operations.enumerated() {
            moments.append(Moment(time: operation.invoked, isReturn: false, index: index))
            if operation.returned != .max {
                moments.append(Moment(time: operation.returned, isReturn: true, index: index))
            }
        }
        // What begins in the moment in which another ends may come before it.
        moments.sort { ($0.time, $0.isReturn ? 1 : 0) < ($1.time, $1.isReturn ? 1 : 0) }
        var found: [String] = []
        var newest = (revision: 0, operation: "the beginning")
        for moment in moments {
            let operation = history.operations[moment.index]
            if moment.isReturn {
                if let shown = operation.answer.revision, shown > newest.revision { newest = (shown, operation.id) }
                continue
            }
            if let shown = operation.answer.revision, shown < newest.revision {
                found.append(
                    "order: \(operation.id) shows revision \(shown), and began after \(newest.operation) had shown "
                        + "\(newest.revision)")
            }
            if operation.request.isWrite, let revision = logged[operation.id], revision <= newest.revision {
                found.append(
                    "order: \(operation.id) is \(revision), and began after \(newest.operation) had shown \(newest.revision)"
                )
            }
        }
        return found
    }

    /// A lease at one revision of it is the same in every answer, and no answer shows a change that is still to come.
    func sights() -> [String] {
        struct Version: Hashable {
            var lease: String
            var revision: Int
        }
        var found: [String] = []
        var first: [Version: LeaseSight] = [:]
        for operation in history.operations {
            for sight in operation.answer.leases {
                if let shown = operation.answer.revision, sight.revision > shown {
                    found.append(
                        "sights: \(operation.id) shows \(sight.lease) at \(sight.revision), beyond its \(shown)")
                }
                let known = first[Version(lease: sight.lease, revision: sight.revision)]
                if let known, known != sight {
                    found.append("sights: \(operation.id) shows \(sight), and it was \(known)")
                }
                if known == nil { first[Version(lease: sight.lease, revision: sight.revision)] = sight }
            }
        }
        return found
    }

    /// What the log makes of one lease.
    private struct Course {
        var made: Int?
        var ends: [(revision: Int, end: Int64)] = []
        var released: Int?
    }

    /// What the log makes of each lease, by its label.
    private func courses() -> [String: Course] {
        var labels: [String: String] = [:]
        for operation in history.operations {
            for sight in operation.answer.leases { labels[sight.lease] = sight.label }
        }
        var courses: [String: Course] = [:]
        func make(_ label: String, _ revision: Int, _ end: Int64) {
            courses[label, default: Course()].made = revision
            courses[label, default: Course()].ends.append((revision, end))
        }
        for operation in history.operations {
            guard let revision = logged[operation.id] else { continue }
            switch operation.request {
            case .create(let label, let end): make(label, revision, end)
            case .createAll(let names, let end): for label in names { make(label, revision, end) }
            case .amend(let lease, let end):
                if let label = labels[lease] { courses[label, default: Course()].ends.append((revision, end)) }
            case .release(let lease):
                if let label = labels[lease] { courses[label, default: Course()].released = revision }
            case .read, .list, .poll, .again, .other: break
            }
        }
        for label in courses.keys { courses[label]?.ends.sort { $0.revision < $1.revision } }
        return courses
    }

    /// What each answer shows of a lease is what the log makes of it until the answer's revision, and a list lacks none.
    func states() -> [String] {
        let courses = courses()
        var found: [String] = []
        for operation in history.operations {
            guard let shown = operation.answer.revision else { continue }
            for sight in operation.answer.leases {
                guard let course = courses[sight.label], let made = course.made, made <= shown else {
                    found.append("states: \(operation.id) shows \(sight.lease) at \(shown), before it was granted")
                    continue
                }
                let isReleased = course.released.map { $0 <= shown } ?? false
                if isReleased != (sight.phase != .live) {
                    found.append(
                        "states: \(operation.id) shows \(sight.lease) at \(shown) as \(sight.phase.rawValue); it was "
                            + (course.released.map { "released at \($0)" } ?? "never released"))
                }
                if !isReleased, let end = course.ends.last(where: { $0.revision <= shown })?.end, end != sight.end {
                    found.append(
                        "states: \(operation.id) shows \(sight.lease) at \(shown) until \(sight.end), not \(end)")
                }
            }
            guard operation.request == .list else { continue }
            let listed = Set(operation.answer.leases.map(\.label))
            for (label, course) in courses {
                guard let made = course.made, made <= shown, course.released.map({ $0 > shown }) ?? true,
                    !listed.contains(label)
                else { continue }
                found.append("states: \(operation.id) at \(shown) lacks \(label), which was granted at \(made)")
            }
        }
        return found
    }

    // MARK: GPUs

    /// A time for which a lease surely held a GPU.
    private struct Hold {
        var from: Int64
        var through: Int64
        var lease: String
    }

    /// The first pair of each GPU of which two leases hold it in one moment.
    private func overlaps(_ holds: [String: [Hold]], _ what: String) -> [String] {
        holds.keys.sorted().compactMap { gpu in
            let sorted = holds[gpu]!.sorted { ($0.from, $0.through) < ($1.from, $1.through) }
            var longest: Hold?
            for hold in sorted {
                if let before = longest, before.lease != hold.lease, before.through >= hold.from {
                    return
                        "\(what): \(gpu) is held by \(before.lease) from \(before.from) through \(before.through) and by "
                        + "\(hold.lease) from \(hold.from) through \(hold.through)"
                }
                if longest.map({ $0.through < hold.through }) ?? true { longest = hold }
            }
            return nil
        }
    }

    /// No GPU has two holders after one and the same entry. What an answer shows of a lease has been so since the lease's
    /// revision; a lease that was given back holds until its end has come.
    func holdersByRevision() -> [String] {
        var holds: [String: [Hold]] = [:]
        for operation in history.operations {
            guard let shown = operation.answer.revision else { continue }
            for sight in operation.answer.leases where sight.phase != .over {
                let through = sight.phase == .live ? shown : min(shown, lastRevision(before: sight.end))
                guard sight.revision <= through else { continue }
                let hold = Hold(from: Int64(sight.revision), through: Int64(through), lease: sight.lease)
                for gpu in sight.gpus { holds[gpu, default: []].append(hold) }
            }
        }
        return overlaps(holds, "revisions")
    }

    /// The last revision that was recorded before a time.
    private func lastRevision(before time: Int64) -> Int {
        var (low, high) = (0, history.log.count)
        while low < high {
            let middle = (low + high) / 2
            if history.log[middle].time < time { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : history.log[low - 1].revision
    }

    /// No GPU has two holders at one time. Where two answers show a lease at one revision of it, it held from when the first had
    /// come until the last was asked for.
    func holdersByTime() -> [String] {
        struct Version: Hashable {
            var lease: String
            var revision: Int
        }
        var times: [Version: (from: Int64, through: Int64, gpus: [String])] = [:]
        for operation in history.operations {
            for sight in operation.answer.leases where sight.phase == .live {
                let version = Version(lease: sight.lease, revision: sight.revision)
                let known = times[version]
                times[version] = (
                    min(known?.from ?? .max, operation.returned), max(known?.through ?? .min, operation.invoked),
                    sight.gpus
                )
            }
        }
        var holds: [String: [Hold]] = [:]
        for (version, time) in times where time.from < time.through {
            for gpu in time.gpus {
                holds[gpu, default: []].append(Hold(from: time.from, through: time.through, lease: version.lease))
            }
        }
        return overlaps(holds, "times")
    }

    // MARK: Polls and keys

    /// A tenant's index never goes back, and at one index there is one answer.
    func polls() -> [String] {
        struct Poll {
            var operation: HistoryOperation
            var index: Int
        }
        var byTenant: [String: [Poll]] = [:]
        var found: [String] = []
        var digests: [String: UInt64] = [:]
        for operation in history.operations {
            guard case .poll(let tenant) = operation.request, case .polled(_, let index, let digest) = operation.answer
            else { continue }
            byTenant[tenant, default: []].append(Poll(operation: operation, index: index))
            if digests.updateValue(digest, forKey: "\(tenant) \(index)").map({ $0 != digest }) ?? false {
                found.append("polls: \(operation.id): index \(index) of \(tenant) has had another answer")
            }
        }
        for tenant in byTenant.keys.sorted() {
            let returned = byTenant[tenant]!.sorted { $0.operation.returned < $1.operation.returned }
            var (next, highest) = (0, 0)
            for poll in byTenant[tenant]!.sorted(by: { $0.operation.invoked < $1.operation.invoked }) {
                while next < returned.count, returned[next].operation.returned < poll.operation.invoked {
                    highest = max(highest, returned[next].index)
                    next += 1
                }
                if poll.index < highest {
                    found.append(
                        "polls: \(poll.operation.id): the index of \(tenant) went from \(highest) back to \(poll.index)"
                    )
                }
            }
        }
        return found
    }

    /// What is asked once more under its key gets the same lease.
    func repeats() -> [String] {
        let operations = Dictionary(history.operations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return history.operations.compactMap { operation in
            guard case .again(let first) = operation.request, let answered = operations[first] else { return nil }
            switch operation.answer {
            case .done(_, let leases):
                let (now, then) = (leases.map(\.lease), answered.answer.leases.map(\.lease))
                return now == then ? nil : "repeats: \(first) was answered with \(then), and once more with \(now)"
            case .refused(let code) where !HistoryCheck.isPassing(code):
                return "repeats: \(first) was done, and once more refused (\(code))"
            case .refused, .polled, .unknown: return nil
            }
        }
    }

    /// Whether a refusal says only that it is not the moment.
    public static func isPassing(_ code: String) -> Bool {
        ["journal-full", "not-ready", "overloaded", "rate-limited", "internal"].contains(code)
    }

    // MARK: Linearizability

    /// What was done to each lease and seen of it can have happened one after the other.
    func linearizations() -> [String] {
        let leases = history.leaseOperations()
        return leases.keys.sorted().compactMap { label in
            let search = Linearization(leases[label]!) { (state: LeaseMachine, operation) in state.after(operation) }
            return search.exists(from: .absent)
                ? nil
                : "linearizability: no order of the \(leases[label]!.count) operations on \(label) explains their answers"
        }
    }
}
