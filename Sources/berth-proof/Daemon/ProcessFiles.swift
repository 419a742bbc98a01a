// What the kernel tells of a process under /proc. Files that are read often stay open.

import Foundation
import Glibc

/// A file of /proc that is read again and again.
final class ProcessFile {
    private let descriptor: Int32

    init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Its first bytes as they are now; nil when what it tells of is gone.
    func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// The number-th number in it, from 0.
    func number(_ place: Int) -> Int64? {
        guard let bytes = read() else { return nil }
        let words = bytes.split { $0 == 32 || $0 == 10 }
        guard place < words.count else { return nil }
        return words[place].reduce(0) { $0 * 10 + Int64($1) - 48 }
    }
}

/// A process as /proc shows it.
struct ProcessFigures {
    let pid: pid_t

    /// A line of a file such as status, in bytes where it is in kB.
    private func amount(_ field: String, of file: String) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/\(file)", encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix(field + ":") {
            return Int(line.dropFirst(field.count + 1).filter(\.isNumber)).map {
                $0 * (line.hasSuffix("kB") ? 1_024 : 1)
            }
        }
        return nil
    }

    var residentBytes: Int? { amount("VmRSS", of: "status") }
    var anonymousBytes: Int? { amount("RssAnon", of: "status") }
    var proportionalBytes: Int? { amount("Pss", of: "smaps_rollup") }
    var threads: Int? { amount("Threads", of: "status") }
    var descriptors: Int? { try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count }

    /// Processor time so far in seconds.
    var processorSeconds: Double? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let close = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Its threads, by number.
    var threadNumbers: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? [] }

    /// What a thread calls itself.
    func name(ofThread number: String) -> String {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(number)/comm", encoding: .utf8)) ?? ""
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
