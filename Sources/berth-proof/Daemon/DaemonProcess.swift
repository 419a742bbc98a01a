// One process of the daemon.

import Foundation
import Glibc
import Synchronization

/// How a process has ended.
enum ProcessEnd: Equatable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    var description: String {
        switch self {
        case .exited(let code): "exit \(code)"
        case .signalled(let number): "signal \(number)"
        }
    }
}

/// A daemon that was started. Its standard error goes to a file; the thread that starts it must live as long as it.
final class DaemonProcess: Sendable {
    private struct State {
        var text: [UInt8] = []
        var isServing = false
        var end: ProcessEnd?
        var streamIsOpen = true
    }

    let pid: pid_t
    private let state: Mutex<State>
    /// Rung at each change.
    private let bell: Bell

    /// - Parameter log: the file that its standard error is added to.
    init(_ line: [String], environment: [String: String], log: String, bell: Bell) throws {
        self.bell = bell
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ProofFault("no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        let arguments = line.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, line[0], &actions, nil, arguments, variables)
        close(ends[1])
        guard result == 0 else {
            close(ends[0])
            throw ProofFault("\(line[0]) cannot be started: \(String(cString: strerror(result)))")
        }
        pid = child
        state = Mutex(State())
        let reading = ends[0]
        Thread.detachNewThread { [self] in drain(reading, log) }
        Thread.detachNewThread { [self] in reap() }
    }

    private func drain(_ stream: Int32, _ log: String) {
        let file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(stream, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            _ = write(file, buffer, count)
            state.withLock { state in
                if state.text.count < 1 << 20 { state.text += buffer[..<count] }
                if !state.isServing {
                    state.isServing = String(decoding: state.text, as: UTF8.self).contains("event=serving")
                }
            }
            bell.ring()
        }
        close(stream)
        close(file)
        state.withLock { $0.streamIsOpen = false }
        bell.ring()
    }

    private func reap() {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        let number = status & 0x7f
        state.withLock { $0.end = number == 0 ? .exited(status >> 8 & 0xff) : .signalled(number) }
        bell.ring()
    }

    /// Whether it has said that it serves.
    var isServing: Bool { state.withLock { $0.isServing } }

    /// How it has ended, once it has.
    var end: ProcessEnd? { state.withLock { $0.end } }

    /// What it has said, the first mebibyte, its last words with it where it has ended and nobody else has its standard
    /// error.
    var said: String {
        if end != nil { _ = bell.wait(seconds: 2) { state.withLock { !$0.streamIsOpen } } }
        return state.withLock { String(decoding: $0.text, as: UTF8.self) }
    }

    func signal(_ number: Int32) {
        if state.withLock({ $0.end == nil }) { kill(pid, number) }
    }

    /// Sets how much memory it may write that it shares with nobody, in bytes.
    func limitData(to amount: Int) {
        // Swift's module of the C library leaves out what is not in a standard.
        typealias Function =
            @convention(c) (pid_t, Int32, UnsafePointer<rlimit>?, UnsafeMutablePointer<rlimit>?) -> Int32
        guard let symbol = dlsym(nil, "prlimit") else { return }
        var limit = rlimit(rlim_cur: rlim_t(amount), rlim_max: rlim_t(amount))
        _ = unsafeBitCast(symbol, to: Function.self)(pid, Int32(RLIMIT_DATA.rawValue), &limit, nil)
    }

    /// Memory that it may write and shares with nobody, in bytes; nil when it is gone.
    var dataBytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmData:") }),
            let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kibibytes << 10
    }
}

/// Rung by whoever changes something that another waits for.
final class Bell: @unchecked Sendable {
    private let condition = NSCondition()
    private var count = 0

    func ring() {
        condition.lock()
        count += 1
        condition.broadcast()
        condition.unlock()
    }

    /// Waits until `isSo`, which is asked after each ring; false where it was not within so many seconds.
    func wait(seconds: Double, until isSo: () -> Bool) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while true {
            let seen = count
            // What is asked may have locks of its own.
            condition.unlock()
            let result = isSo()
            condition.lock()
            if result { return true }
            while count == seen { if !condition.wait(until: end) { return false } }
        }
    }
}
