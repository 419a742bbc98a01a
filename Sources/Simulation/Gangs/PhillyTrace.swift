// Reading the Philly trace in its one-file form.

/// One job of the trace.
public struct PhillyJob: Equatable, Sendable {
    /// Seconds since 1970.
    public let arrivesAt: Int64
    /// Rounded down, at least 1.
    public let seconds: Int64
    public let gpus: Int
}

/// The jobs of the Philly trace (Jeon et al., ATC'19) as one file: a header, then one job a line.
public enum PhillyTrace {
    public static let header = "timestamp,duration,num_gpus,gpu_time,cluster"
    /// A job of more GPUs is taken for a mistake.
    public static let gpusMax = 4_096
    /// Ten years.
    public static let secondsMax: Int64 = 315_360_000
    public static let jobsMax = 10_000_000

    /// Reads a file's text: every line or an error.
    ///
    /// - Returns: the jobs in order of arrival; those of one second as they stand.
    public static func read(_ text: String, file: String) throws(TraceError) -> [PhillyJob] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.first.map(String.init) == header else {
            throw TraceError(file: file, line: 1, message: "the header is not \(header)")
        }
        guard lines.count <= jobsMax else {
            throw TraceError(file: file, line: jobsMax, message: "more than \(jobsMax) jobs")
        }
        var jobs: [PhillyJob] = []
        jobs.reserveCapacity(lines.count)
        for (offset, line) in lines.enumerated().dropFirst() { jobs.append(try job(line, file, offset + 1)) }
        let order = jobs.indices.sorted {
            jobs[$0].arrivesAt != jobs[$1].arrivesAt ? jobs[$0].arrivesAt < jobs[$1].arrivesAt : $0 < $1
        }
        return order.map { jobs[$0] }
    }

    private static func job(_ line: Substring, _ file: String, _ number: Int) throws(TraceError) -> PhillyJob {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 5 else { throw TraceError(file: file, line: number, message: "not five fields") }
        guard let arrivesAt = time(fields[0]) else {
            throw TraceError(file: file, line: number, message: "the timestamp is not like 2017-10-09 07:01:55")
        }
        guard let seconds = wholeSeconds(fields[1]) else {
            throw TraceError(
                file: file, line: number, message: "the duration is not a number of seconds from 0 to \(secondsMax)")
        }
        guard let gpus = Int(fields[2]), (1...gpusMax).contains(gpus) else {
            throw TraceError(file: file, line: number, message: "num_gpus is not a number from 1 to \(gpusMax)")
        }
        return PhillyJob(arrivesAt: arrivesAt, seconds: max(1, seconds), gpus: gpus)
    }

    /// Seconds, written with at most one dot; the part after it is dropped.
    private static func wholeSeconds(_ field: Substring) -> Int64? {
        let parts = field.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ digits($0) != nil }), let seconds = digits(parts[0]),
            seconds <= secondsMax
        else { return nil }
        return seconds
    }

    private static func time(_ field: Substring) -> Int64? {
        let bytes = Array(field.utf8)
        guard bytes.count == 19 else { return nil }
        let separators: [(Int, Character)] = [(4, "-"), (7, "-"), (10, " "), (13, ":"), (16, ":")]
        guard separators.allSatisfy({ bytes[$0.0] == $0.1.asciiValue }) else { return nil }
        let parts = field.split(whereSeparator: { "-: ".contains($0) }).compactMap(digits)
        guard parts.count == 6 else { return nil }
        let (year, month, day) = (parts[0], parts[1], parts[2])
        guard (1970...9999).contains(year), (1...12).contains(month), (1...days(in: month, of: year)).contains(day),
            parts[3] < 24, parts[4] < 60, parts[5] < 60
        else { return nil }
        return days(to: year, month, day) * 86_400 + parts[3] * 3_600 + parts[4] * 60 + parts[5]
    }

    private static func digits(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month) - 1]
    }

    /// Days from 1970 (Howard Hinnant, chrono-compatible low-level date algorithms).
    private static func days(to year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
