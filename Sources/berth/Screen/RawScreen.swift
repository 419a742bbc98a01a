// The whole terminal for one picture, and the terminal as it was on every way out.
//
// While it is open, the terminal shows its alternate screen and hands over each key. What was there before comes back
// by close(), and besides: when the process exits by another way (a reader that went away), and when it traps, by a
// signal handler that does no more than such a handler may (write, tcsetattr, raise).

import Foundation

/// The terminal's own screen, taken over.
struct RawScreen {
    private var drawn: [String] = []

    /// Takes the terminal over.
    init() {
        Restoration.arrange()
        enter()
    }

    /// Gives it back.
    func close() { Restoration.run() }

    /// Gives it back and stops this process, as a shell expects of Ctrl-Z.
    func suspend() {
        close()
        kill(getpid(), SIGTSTP)
    }

    /// Takes it over again after a stop.
    mutating func resume() {
        enter()
        drawn = []
    }

    /// What to do before everything is drawn again.
    mutating func forget() {
        Terminal.standardOutput.writeRaw("\u{1B}[2J")
        drawn = []
    }

    /// Draws lines that differ from those drawn before, in one write.
    mutating func draw(_ lines: [String]) {
        var text = ""
        for (row, line) in lines.enumerated() where row >= drawn.count || drawn[row] != line {
            text += "\u{1B}[\(row + 1);1H\u{1B}[2K" + line
        }
        if drawn.count > lines.count { text += "\u{1B}[\(lines.count + 1);1H\u{1B}[J" }
        drawn = lines
        guard !text.isEmpty else { return }
        Terminal.standardOutput.writeRaw(text)
    }

    private func enter() {
        Restoration.isDue = true
        var raw = Restoration.settings
        cfmakeraw(&raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &raw)
        // The alternate screen, no cursor, and no wrapping at the last column.
        Terminal.standardOutput.writeRaw("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J")
    }

    /// Rows and columns now; 24 by 80 where the terminal does not say.
    static var size: ScreenSize {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return ScreenSize(rows: 24, columns: 80)
        }
        return ScreenSize(rows: Int(size.ws_row), columns: Int(size.ws_col))
    }
}

/// What brings the terminal back.
private enum Restoration {
    // Written before the screen is taken over and by close(), on the task that owns the screen; read by exit() and by
    // the handler of a trap, which nothing runs beside.
    nonisolated(unsafe) static var settings = termios()
    nonisolated(unsafe) static var isDue = false
    nonisolated(unsafe) private static var isArranged = false
    nonisolated(unsafe) private static let sequence: UnsafeMutableBufferPointer<UInt8> = {
        let bytes = Array("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l".utf8)
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = buffer.initialize(from: bytes)
        return buffer
    }()

    static func arrange() {
        guard !isArranged else { return }
        isArranged = true
        tcgetattr(STDIN_FILENO, &settings)
        // Made now, so that the handler of a trap allocates nothing.
        _ = sequence.count
        atexit { Restoration.run() }
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
            signal(number) { number in
                Restoration.run()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    static func run() {
        guard isDue else { return }
        isDue = false
        _ = write(STDOUT_FILENO, sequence.baseAddress, sequence.count)
        // Keys that were pressed for the screen are not for the shell.
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }
}
