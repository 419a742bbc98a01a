// A terminal of a test, with a program in it.

import Foundation
import Glibc

/// A program whose standard input and output are a terminal that the test reads, types on and resizes.
final class PseudoTerminal: @unchecked Sendable {
    // Guarded by `condition`, but for `process`, which is only signalled and asked to wait.
    private let process = Process()
    private let condition = NSCondition()
    private var bytes: [UInt8] = []
    private var isOpen = true
    /// How the program left the terminal; absent while it runs.
    private var settingsLeft: termios?
    private let leader: Int32
    private let follower: Int32

    /// TIOCSPTLCK and TIOCGPTN of ioctl_tty(2), which the C library's module leaves out.
    private static let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], rows: UInt16 = 24,
        columns: UInt16 = 80
    ) throws {
        leader = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (lock, number): (Int32, UInt32) = (0, 0)
        guard leader >= 0, ioctl(leader, Self.unlock, &lock) == 0, ioctl(leader, Self.getNumber, &number) == 0 else {
            throw SystemFault("open a pseudo-terminal")
        }
        follower = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        guard follower >= 0 else { throw SystemFault("open /dev/pts/\(number)") }
        resizeOnly(rows: rows, columns: columns)
        let handle = FileHandle(fileDescriptor: follower, closeOnDealloc: false)
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: Program.root)
        process.environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("BERTH") && $0.key != "NO_COLOR" && !$0.key.hasPrefix("LC_")
        }.merging(["TERM": "xterm-256color", "LANG": "C.UTF-8"]) { $1 }.merging(environment) { $1 }
        process.standardInput = handle
        process.standardOutput = handle
        process.standardError = handle
        process.terminationHandler = { [self] _ in
            condition.withLock { settingsLeft = settings }
            // With nobody at this end, the other one is read to its end.
            close(follower)
        }
        try process.run()
        Thread.detachNewThread { self.drain() }
    }

    deinit { close(leader) }

    private func drain() {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(leader, &buffer, buffer.count)
            condition.withLock {
                if count > 0 { bytes.append(contentsOf: buffer.prefix(count)) } else { isOpen = false }
                condition.broadcast()
            }
            if count <= 0 { return }
        }
    }

    /// All that the program has written.
    var output: String { condition.withLock { String(decoding: bytes, as: UTF8.self) } }

    /// Blocks until the output from a place on holds `text`, and gives the place behind it; nil when the program ended
    /// without.
    func awaitOutput(_ text: String, after place: Int = 0) -> Int? {
        let wanted = Array(text.utf8)
        return condition.withLock {
            while true {
                if let found = Self.place(of: wanted, in: bytes, after: place) { return found }
                if !isOpen { return nil }
                condition.wait()
            }
        }
    }

    private static func place(of wanted: [UInt8], in bytes: [UInt8], after place: Int) -> Int? {
        guard bytes.count >= place + wanted.count else { return nil }
        for start in place...(bytes.count - wanted.count)
        where bytes[start] == wanted[0] && bytes[start..<(start + wanted.count)].elementsEqual(wanted) {
            return start + wanted.count
        }
        return nil
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(leader, bytes, bytes.count)
    }

    /// Gives the terminal another size, and tells the program as a terminal tells its foreground.
    func resize(rows: UInt16, columns: UInt16) {
        resizeOnly(rows: rows, columns: columns)
        signal(SIGWINCH)
    }

    private func resizeOnly(rows: UInt16, columns: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(follower, UInt(TIOCSWINSZ), &size)
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    private var settings: termios {
        var settings = termios()
        tcgetattr(follower, &settings)
        return settings
    }

    /// Whether the terminal takes lines and shows what is typed, as a shell wants it.
    var isCooked: Bool {
        let settings = condition.withLock { settingsLeft } ?? settings
        return settings.c_lflag & UInt32(ICANON) != 0 && settings.c_lflag & UInt32(ECHO) != 0
            && settings.c_oflag & UInt32(OPOST) != 0
    }

    /// Blocks until the program has ended and all it wrote has been read.
    func wait() -> ChildProcess.ExitReport {
        process.waitUntilExit()
        condition.withLock { while isOpen { condition.wait() } }
        let status = process.terminationStatus
        return process.terminationReason == .uncaughtSignal ? .signalled(status) : .exited(status)
    }
}
