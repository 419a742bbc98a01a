// Files that the service manager hands over as credentials.

import Foundation

/// Reads `credential:NAME` in the place of a path.
enum CredentialPath {
    private static let prefix = "credential:"

    /// The path of what a setting names: a credential of this process, or the path as it is.
    ///
    /// - Throws: ``StartFailure`` where there are no credentials, or no name.
    static func resolve(_ text: String, _ key: String) throws -> String {
        guard text.hasPrefix(prefix) else { return text }
        let name = String(text.dropFirst(prefix.count))
        guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
            throw StartFailure("\(key): \(text) is not credential: and a name")
        }
        guard let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else {
            throw StartFailure(
                "\(key): \(text) is a credential of the service manager, and this process has none; "
                    + "start it as a unit with LoadCredential=, or name a path")
        }
        return folder + "/" + name
    }
}
