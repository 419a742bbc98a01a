// Where berth pack reads, and how far it has come.

import ControlAPI
import Foundation

/// The lines of a file or of standard input, read one by one so that a trace may be of any length.
final class PackInput {
    /// What errors call it.
    let name: String
    /// Whether a person types it.
    let isTyped: Bool
    /// Of the line last read, from 1.
    private(set) var lineNumber = 0
    private let file: UnsafeMutablePointer<FILE>
    private var bytesRead = 0
    private let byteCount: Int?
    private var buffer: UnsafeMutablePointer<CChar>?
    private var capacity = 0

    /// - Parameter path: nil for standard input.
    init(path: String?) throws {
        name = path ?? "standard input"
        guard let opened = path.map({ fopen($0, "r") }) ?? fdopen(STDIN_FILENO, "r") else {
            throw CommandFailure(status: .badRequest, message: "\(name): \(String(cString: strerror(errno)))")
        }
        file = opened
        isTyped = path == nil && isatty(STDIN_FILENO) == 1
        var status = stat()
        byteCount = fstat(fileno(opened), &status) == 0 && status.st_size > 0 ? Int(status.st_size) : nil
    }

    deinit {
        free(buffer)
        fclose(file)
    }

    /// How much of it has been read, in percent; nil when its length is not known.
    var percent: Int? { byteCount.map { min(100, bytesRead * 100 / $0) } }

    func next() -> String? {
        let count = getline(&buffer, &capacity, file)
        guard count >= 0, let buffer else { return nil }
        lineNumber += 1
        bytesRead += count
        return String(decoding: UnsafeRawBufferPointer(start: buffer, count: count), as: UTF8.self)
    }

    /// Tells an end from a failure to read on.
    func checkEnd() throws {
        guard ferror(file) == 0 else {
            throw CommandFailure(
                status: .badRequest, message: "\(name): cannot be read: \(String(cString: strerror(errno)))")
        }
    }
}

/// How many requests have been decided, on stderr when that is a terminal.
struct PackProgress {
    /// Few enough to cost nothing, many enough to move.
    private static let interval = 4_096

    private let terminal = Terminal.standardError
    private let isShown: Bool
    private var doneCount = 0
    private var isDrawn = false

    /// - Parameter isShown: false where the decisions themselves show how far it has come.
    init(isShown: Bool) { self.isShown = isShown && terminal.isInteractive }

    mutating func count(_ input: PackInput) {
        doneCount += 1
        guard isShown, doneCount.isMultiple(of: Self.interval) else { return }
        let share = input.percent.map { ", \($0) %" } ?? ""
        terminal.writeRaw("\r\u{1B}[K\(counted(doneCount, "request"))\(share)")
        isDrawn = true
    }

    /// Takes it away, so that other text can be written.
    mutating func clear() {
        if isDrawn { terminal.writeRaw("\r\u{1B}[K") }
        isDrawn = false
    }
}
