// What shows who calls, besides the process itself.

import ArgumentParser
import ControlAPI
import ControlClient
import Foundation

/// Files that show who calls, and whom to trust.
struct CredentialOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A file with a bearer token; else BERTH_TOKEN.", valueName: "path"), completion: .file())
    var tokenFile: String?

    @Option(help: ArgumentHelp("The authority of the daemon's certificate.", valueName: "path"), completion: .file())
    var caFile: String?

    @Option(help: ArgumentHelp("A client certificate.", valueName: "path"), completion: .file())
    var clientCertificate: String?

    @Option(help: ArgumentHelp("The key of the client certificate.", valueName: "path"), completion: .file())
    var clientKey: String?

    func validate() throws {
        if (clientCertificate == nil) != (clientKey == nil) {
            throw ValidationError("--client-certificate and --client-key go together.")
        }
    }

    /// By absolute paths.
    var files: CredentialFiles {
        CredentialFiles(
            token: tokenFile.map(Daemon.absolute), authorities: caFile.map(Daemon.absolute),
            certificate: clientCertificate.map(Daemon.absolute), key: clientKey.map(Daemon.absolute))
    }

    /// The options as they were given, for commands to be copied.
    var words: [String] {
        [
            ("--token-file", tokenFile), ("--ca-file", caFile), ("--client-certificate", clientCertificate),
            ("--client-key", clientKey),
        ].flatMap { name, value in value.map { [name, $0] } ?? [] }
    }
}

extension CredentialFiles {
    /// What is shown to a daemon: what these files, of options, say, else the environment, else the daemon's context.
    ///
    /// - Throws: ``CommandFailure`` when a file cannot be read or holds no token.
    func credentials(for daemon: Daemon) throws -> ClientCredentials {
        let files = orElse(daemon.files)
        let environment = ProcessInfo.processInfo.environment["BERTH_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        var token: String?
        if let path = self.token ?? (environment == nil ? files.token : nil) {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw CommandFailure(
                    status: .usage, message: "berth: \(path) cannot be read.", advice: "It is to hold a bearer token.")
            }
            token = text
        } else {
            token = environment
        }
        token = token?.trimmingCharacters(in: .whitespacesAndNewlines)
        if let token, token.isEmpty || token.contains(where: { !$0.isASCII || $0.isWhitespace }) {
            throw CommandFailure(status: .usage, message: "berth: the token is not one: it has one line of letters.")
        }
        return ClientCredentials(
            token: token, authoritiesFile: files.authorities, certificateFile: files.certificate, keyFile: files.key)
    }
}
