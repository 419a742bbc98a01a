// Questions to the person at the terminal.

import ControlAPI
import Foundation

/// Asks until an answer makes sense. Questions go to standard error, so that standard output has the answer alone.
struct Dialogue {
    /// Shows a prompt and gives the line typed, or nil at the end of input.
    var ask: (String) -> String?
    var say: (String) -> Void

    /// The terminal, when there is a person at both ends of it.
    static func onTerminal(
        for option: String,
        instead: String = "Give all of it as options or with --file, and see it first with --dry-run."
    ) throws(CommandFailure) -> Dialogue {
        guard isatty(STDIN_FILENO) == 1, Terminal.standardError.isInteractive else {
            throw CommandFailure(
                status: .usage, message: "\(option) asks on a terminal, and this is none.",
                advice: instead)
        }
        return Dialogue(
            ask: { prompt in
                Terminal.standardError.writeRaw(prompt)
                return readLine()
            }, say: { Terminal.standardError.write($0) })
    }

    /// Asks a question whose answer a function reads; an empty line is the usual answer. What the function throws is
    /// told, and the question asked again.
    func answer<Value>(
        _ question: String, usual: String?, read: (String) throws -> Value
    ) throws(CommandFailure) -> Value {
        while true {
            guard let typed = ask(question + (usual.map { " [\($0)]" } ?? "") + ": ") else { throw Self.ended }
            let text = typed.trimmingCharacters(in: .whitespaces)
            do {
                return try read(text.isEmpty ? usual ?? "" : text)
            } catch {
                say("  \(error)")
            }
        }
    }

    /// Whether the person says yes; anything else is no.
    func confirms(_ question: String) throws(CommandFailure) -> Bool {
        guard let typed = ask(question + " [y/N]: ") else { throw Self.ended }
        return ["y", "yes"].contains(typed.trimmingCharacters(in: .whitespaces).lowercased())
    }

    private static var ended: CommandFailure {
        CommandFailure(status: .usage, message: "The input ended. Nothing was taken.")
    }
}

/// What is wrong with an answer, in words for who gave it.
struct AnswerFault: Error, CustomStringConvertible {
    let description: String
}
