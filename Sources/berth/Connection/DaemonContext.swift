// One daemon under a name of the user's own.

import ControlClient

/// Where a daemon is and what to bring along. Secrets stay in files of their own: here are only their names.
struct DaemonContext: Codable, Equatable {
    /// The path of its Unix socket; absent: it is reached over TCP.
    var socket: String?
    /// Its address over TCP, as `https://host:7411`; absent: it has a socket.
    var url: String?
    var files = CredentialFiles()

    enum CodingKeys: String, CodingKey, CaseIterable {
        case socket, url, tokenFile, caFile, certificate, key
    }

    init(socket: String) { self.socket = socket }

    init(url: String, files: CredentialFiles) { (self.url, self.files) = (url, files) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        socket = try container.decodeIfPresent(String.self, forKey: .socket)
        url = try container.decodeIfPresent(String.self, forKey: .url)
        files.token = try container.decodeIfPresent(String.self, forKey: .tokenFile)
        files.authorities = try container.decodeIfPresent(String.self, forKey: .caFile)
        files.certificate = try container.decodeIfPresent(String.self, forKey: .certificate)
        files.key = try container.decodeIfPresent(String.self, forKey: .key)
        guard (socket == nil) != (url == nil) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a context has a socket or a url"))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(socket, forKey: .socket)
        try container.encodeIfPresent(url, forKey: .url)
        try container.encodeIfPresent(files.token, forKey: .tokenFile)
        try container.encodeIfPresent(files.authorities, forKey: .caFile)
        try container.encodeIfPresent(files.certificate, forKey: .certificate)
        try container.encodeIfPresent(files.key, forKey: .key)
    }

    var address: ServerAddress {
        if let url { return .url(url) }
        return .unixSocket(path: Daemon.absolute(socket ?? ""))
    }
}

/// Files that show who calls, and whom to trust, by their paths.
struct CredentialFiles: Equatable {
    var token: String?
    var authorities: String?
    var certificate: String?
    var key: String?

    /// These, and where one is not named that of `other`. A certificate and its key belong together.
    func orElse(_ other: CredentialFiles) -> CredentialFiles {
        let own = certificate != nil ? self : other
        return CredentialFiles(
            token: token ?? other.token, authorities: authorities ?? other.authorities, certificate: own.certificate,
            key: own.key)
    }
}
