// How far a scenario has come: a bar on a terminal, a line for each step elsewhere.

/// Progress over a known number of steps, on stderr.
struct ProgressBar {
    private let terminal = Terminal.standardError
    private let stepCount: Int
    private var doneCount = 0
    private var current = "the scenario"

    init(stepCount: Int) { self.stepCount = stepCount }

    mutating func begin(_ title: String) {
        current = title
        guard terminal.isInteractive else { return }
        draw(title)
    }

    mutating func end(_ title: String, _ outcome: String) {
        doneCount += 1
        guard terminal.isInteractive else { return terminal.write("\(title): \(outcome)") }
        if doneCount == stepCount {
            clear()
        } else {
            draw(title)
        }
    }

    /// Says where it ended before its end.
    func fail() {
        clear()
        terminal.write("\(current): not done")
    }

    /// Takes the bar away, so that other text can be written.
    private func clear() {
        guard terminal.isInteractive else { return }
        terminal.writeRaw("\r\u{1B}[K")
    }

    private func draw(_ title: String) {
        let width = 24
        let filled = stepCount == 0 ? width : width * doneCount / stepCount
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        let text = "\(bar) \(doneCount)/\(stepCount) \(title)"
        terminal.writeRaw("\r\u{1B}[K" + text.prefix((terminal.columnCount ?? 80) - 1))
    }
}
