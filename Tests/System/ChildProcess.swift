// One child process: started, read, signalled and waited for by its id.

import Foundation
import Glibc
import Synchronization

/// A running program with its standard output and standard error.
final class ChildProcess: @unchecked Sendable {
    // Guarded by `condition`, but for `pid`, which never changes.
    let pid: pid_t
    private let condition = NSCondition()
    private var texts: [Int32: [UInt8]] = [1: [], 2: []]
    private var openStreams = 2
    private var status: ExitReport?

    enum ExitReport: Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// Starts `program`; the environment is this process's, less what configures Berth, and `environment`.
    init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        directory: String = Program.root
    ) throws {
        var (output, error) = ([Int32](repeating: 0, count: 2), [Int32](repeating: 0, count: 2))
        guard pipe2(&output, O_CLOEXEC) == 0, pipe2(&error, O_CLOEXEC) == 0 else { throw SystemFault("pipe2") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        posix_spawn_file_actions_adddup2(&actions, error[1], 2)
        posix_spawn_file_actions_addchdir_np(&actions, directory)
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BERTH") }
        variables.merge(environment) { $1 }
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var child = pid_t()
        let failure = posix_spawn(&child, program, &actions, nil, &argv, &envp)
        close(output[1])
        close(error[1])
        guard failure == 0 else {
            errno = failure
            throw SystemFault("posix_spawn \(program)")
        }
        pid = child
        for (stream, descriptor) in [(Int32(1), output[0]), (2, error[0])] {
            Thread.detachNewThread { self.drain(descriptor, as: stream) }
        }
    }

    deinit {
        guard status == nil else { return }
        signal(SIGKILL)
        wait()
    }

    private func drain(_ descriptor: Int32, as stream: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            condition.withLock {
                if count > 0 { texts[stream]!.append(contentsOf: buffer[..<count]) } else { openStreams -= 1 }
                condition.broadcast()
            }
            if count <= 0 { break }
        }
        close(descriptor)
    }

    var output: String { condition.withLock { String(decoding: texts[1]!, as: UTF8.self) } }
    var error: String { condition.withLock { String(decoding: texts[2]!, as: UTF8.self) } }

    /// Blocks until standard error holds `text`; false when the program ended without.
    func awaitError(_ text: String) -> Bool {
        condition.withLock {
            while true {
                if String(decoding: texts[2]!, as: UTF8.self).contains(text) { return true }
                if openStreams == 0 { return false }
                condition.wait()
            }
        }
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Blocks until the program has ended and all it wrote has been read.
    @discardableResult
    func wait() -> ExitReport {
        if let known = condition.withLock({ status }) { return known }
        var raw: Int32 = 0
        while waitpid(pid, &raw, 0) < 0 && errno == EINTR {}
        let report: ExitReport = raw & 0x7f == 0 ? .exited((raw >> 8) & 0xff) : .signalled(raw & 0x7f)
        return condition.withLock {
            while openStreams > 0 { condition.wait() }
            status = report
            return report
        }
    }
}
