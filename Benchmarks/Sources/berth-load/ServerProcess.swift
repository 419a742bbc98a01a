// What the kernel says of the server: processor time by thread, and memory.

import Foundation

/// A process that is measured from outside.
struct ServerProcess {
    let id: Int

    /// Seconds of processor time so far, by the name of the thread.
    func processorSeconds() -> [String: Double] {
        var seconds: [String: Double] = [:]
        let folder = "/proc/\(id)/task"
        for thread in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            guard let text = try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8),
                let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
            else { continue }
            let fields = text[text.index(after: close)...].split(separator: " ")
            // utime and stime are the 14th and 15th fields, the 3rd being the first after the name.
            let ticks = (Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)
            let name = text[text.index(after: open)..<close].filter { !$0.isNumber }
            seconds[String(name), default: 0] += ticks / 100
        }
        return seconds
    }

    /// Seconds of processor time so far, of threads that have ended too.
    func totalProcessorSeconds() -> Double {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
            let close = text.lastIndex(of: ")")
        else { return 0 }
        let fields = text[text.index(after: close)...].split(separator: " ")
        return ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / 100
    }

    /// A field of /proc/PID/status in KiB, such as VmRSS or VmHWM.
    func memoryKiB(_ field: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") where line.hasPrefix(field + ":") {
            return Int(line.dropFirst(field.count + 1).filter(\.isNumber)) ?? 0
        }
        return 0
    }
}
