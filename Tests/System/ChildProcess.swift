// One child process: started, read, signalled and waited for by its id.

import Foundation
import Glibc

/// A running program with its standard output and standard error.
final class ChildProcess: @unchecked Sendable {
    // Guarded by `condition`, but for `process`, which is only asked to wait.
    private let process = Process()
    private let condition = NSCondition()
    private var texts: [Int32: [UInt8]] = [1: [], 2: []]
    private var openStreams = 2

    enum ExitReport: Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// Starts `program`; the environment is this process's, less what configures Berth, and `environment`.
    init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        directory: String = Program.root
    ) throws {
        let (output, error) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BERTH") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = error
        try process.run()
        for (stream, pipe) in [(Int32(1), output), (2, error)] {
            Thread.detachNewThread { self.drain(pipe, as: stream) }
        }
    }

    private func drain(_ pipe: Pipe, as stream: Int32) {
        while true {
            let data = pipe.fileHandleForReading.availableData
            condition.withLock {
                if data.isEmpty { openStreams -= 1 } else { texts[stream]!.append(contentsOf: data) }
                condition.broadcast()
            }
            if data.isEmpty { return }
        }
    }

    var pid: pid_t { process.processIdentifier }
    var output: String { condition.withLock { String(decoding: texts[1]!, as: UTF8.self) } }
    var error: String { condition.withLock { String(decoding: texts[2]!, as: UTF8.self) } }

    /// Blocks until standard error holds `text`; false when the program ended without.
    func awaitError(_ text: String) -> Bool { awaitText(text, on: 2) }

    /// Blocks until standard output holds `text`; false when the program ended without.
    func awaitOutput(_ text: String) -> Bool { awaitText(text, on: 1) }

    private func awaitText(_ text: String, on stream: Int32) -> Bool {
        condition.withLock {
            while true {
                if String(decoding: texts[stream]!, as: UTF8.self).contains(text) { return true }
                if openStreams == 0 { return false }
                condition.wait()
            }
        }
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Blocks until the program has ended and all it wrote has been read.
    @discardableResult
    func wait() -> ExitReport {
        process.waitUntilExit()
        condition.withLock { while openStreams > 0 { condition.wait() } }
        let status = process.terminationStatus
        return process.terminationReason == .uncaughtSignal ? .signalled(status) : .exited(status)
    }
}
