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
    ///
    /// - Parameter sought: the name that the command is about, to tell the nearest one when there is none of that name.
    func run(
        _ output: OutputOptions? = nil, seeking sought: SoughtName? = nil, _ body: (ControlClient) async throws -> Void
    ) async throws {
        try await reportingFailures {
            let daemon = try daemon()
            var advice: String?
            do {
                try await ControlClient.with(
                    daemon.address, credentials: try credentialOptions.files.credentials(for: daemon)
                ) { client in
                    do {
                        try await body(client)
                    } catch ClientError.refused(let problem, let retry) {
                        advice = await nearest(to: sought, problem, client)
                        throw ClientError.refused(problem, retryAfterSeconds: retry)
                    }
                }
            } catch let error as ClientError {
                if let output, output.output != .table, case .refused(let problem, _) = error {
                    try output.print(problem, to: .standardError) { _ in }
                } else {
                    ClientErrorReport(error, connectionWords: words, choice: daemon.choice).printToStandardError()
                    if let advice { Terminal.standardError.write(advice) }
                }
                throw ArgumentParser.ExitCode(error.exitStatus.rawValue)
            }
        }
    }

    private func nearest(to sought: SoughtName?, _ problem: Problem, _ client: ControlClient) async -> String? {
        guard problem.code == .notFound || problem.code == .badRequest else { return nil }
        let named = SoughtName(refusal: problem.detail)
        return await (problem.code == .notFound ? named ?? sought : named)?.advice(client)
    }
}

/// Runs a body; a failure that it has put into words is told on stderr and becomes the exit code.
func reportingFailures(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let failure as CommandFailure {
        Terminal.standardError.write(failure.message)
        if let advice = failure.advice { Terminal.standardError.write(advice) }
        throw ArgumentParser.ExitCode(failure.status.rawValue)
    }
}
