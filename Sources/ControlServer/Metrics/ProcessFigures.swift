// What the process uses, as the kernel counts it.

import Glibc

/// Memory, files and time of this process.
struct ProcessFigures {
    var cpuSeconds = 0.0
    var residentBytes = 0
    var virtualBytes = 0
    var openFiles = 0
    var openFilesMax = 0
    /// Since 1970.
    var startSeconds = 0.0

    /// As they are now. What the kernel does not say stays 0. O(open files).
    static var current: ProcessFigures {
        var figures = ProcessFigures()
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            figures.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        }
        let pages = words(of: "/proc/self/statm").compactMap { Int($0) }
        if pages.count > 1 {
            let pageSize = sysconf(Int32(_SC_PAGESIZE))
            (figures.virtualBytes, figures.residentBytes) = (pages[0] * pageSize, pages[1] * pageSize)
        }
        figures.openFiles = entryCount(of: "/proc/self/fd")
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            figures.openFilesMax = Int(clamping: limit.rlim_cur)
        }
        figures.startSeconds = startSeconds
        return figures
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    /// The start in ticks since the machine's, and the machine's start. Neither changes.
    private static let startSeconds: Double = {
        // The program's name, in parentheses, may hold spaces; the start is the 20th field after it.
        let fields = text(of: "/proc/self/stat").split(separator: ")").last?.split(separator: " ") ?? []
        let boot = text(of: "/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard fields.count > 19, let ticks = Double(fields[19]), let boot = boot.flatMap({ Double($0.dropFirst(6)) })
        else { return 0 }
        return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }()

    private static func words(of path: String) -> [Substring] {
        text(of: path).split { $0 == " " || $0 == "\n" }
    }

    private static func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk.prefix(count)
        }
    }

    /// The entries of a folder, but for itself, its parent, and the file that reading it opens.
    private static func entryCount(of path: String) -> Int {
        guard let folder = opendir(path) else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return max(0, count - 3)
    }
}
