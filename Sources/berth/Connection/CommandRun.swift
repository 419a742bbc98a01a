// What a command runs in: a client, and a way out for each kind of failure.

import ArgumentParser
import ControlAPI
import ControlClient

/// A failure that has been put into words and ends the command.
struct CommandFailure: Error {
    let status: ExitStatus
    let message: String
    var advice: String?
}

extension ConnectionOptions {
    /// Runs a command's body with a client. What it throws is told on stderr and becomes the exit code; a refusal in the
    /// form that the command's answer would have.
    func run(_ output: OutputOptions? = nil, _ body: (ControlClient) async throws -> Void) async throws {
        do {
            try await ControlClient.with(socketPath: socketPath) { try await body($0) }
        } catch let error as ClientError {
            if let output, output.output != .table, case .refused(let problem, _) = error {
                try output.print(problem, to: .standardError) { _ in }
            } else {
                ClientErrorReport(error, socketOption: socket).printToStandardError()
            }
            throw ArgumentParser.ExitCode(error.exitStatus.rawValue)
        } catch let failure as CommandFailure {
            Terminal.standardError.write(failure.message)
            if let advice = failure.advice { Terminal.standardError.write(advice) }
            throw ArgumentParser.ExitCode(failure.status.rawValue)
        }
    }
}
