// The two streams, and what is at their other end.

import Foundation

/// One of the two output streams.
struct Terminal: Sendable {
    private let descriptor: Int32

    static let standardOutput = Terminal(descriptor: STDOUT_FILENO)
    static let standardError = Terminal(descriptor: STDERR_FILENO)

    /// Whether a person reads it, rather than a file or a pipe.
    var isInteractive: Bool { isatty(descriptor) == 1 }

    /// Whether to use colour: on a terminal that can, unless NO_COLOR is set (no-color.org).
    var usesColour: Bool {
        let environment = ProcessInfo.processInfo.environment
        let isUnwanted = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return isInteractive && !isUnwanted && environment["TERM"] != "dumb"
    }

    /// The width in columns; nil when it is no terminal, so that nothing is cut.
    var columnCount: Int? {
        guard isInteractive else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes a line, in which nothing but our own colours is more than text.
    func write(_ line: String) { writeRaw(Style.printable(line) + "\n") }

    /// Writes a text as it is.
    func writeRaw(_ text: String) { write(bytes: Array(text.utf8)) }

    /// Writes bytes. A reader that has gone away ends the command, as it does for other tools in a pipe.
    func write(bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = Foundation.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written > 0 {
                    rest = rest.dropFirst(written)
                } else if errno != EINTR {
                    exit(errno == EPIPE ? 0 : 1)
                }
            }
        }
    }
}
