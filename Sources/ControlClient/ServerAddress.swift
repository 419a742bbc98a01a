// Where the daemon is, and what shows it who calls.

internal import AsyncHTTPClient
internal import ControlAPI
internal import Foundation
internal import NIOSSL

/// Where the daemon listens.
public enum ServerAddress: Sendable, Equatable, CustomStringConvertible {
    /// A Unix socket on this machine.
    case unixSocket(path: String)
    /// `https://HOST:PORT`, or `http://` on this machine alone.
    case url(String)

    /// The path or the URL.
    public var description: String {
        switch self {
        case .unixSocket(let path): path
        case .url(let text): text
        }
    }
}

/// What a caller shows over TCP, and whom it trusts.
public struct ClientCredentials: Sendable, Equatable {
    /// A bearer token.
    public var token: String?
    /// PEM files: the authorities that the daemon's certificate may come from (absent: the system's), and a certificate of the
    /// caller's own with its key.
    public var authoritiesFile: String?
    public var certificateFile: String?
    public var keyFile: String?

    /// Every field; those left out are absent.
    public init(
        token: String? = nil, authoritiesFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil
    ) {
        self.token = token
        self.authoritiesFile = authoritiesFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }

    func tlsConfiguration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        if let authoritiesFile {
            configuration.trustRoots = .certificates(
                try Self.reading(authoritiesFile) { try NIOSSLCertificate.fromPEMFile(authoritiesFile) })
        }
        guard let certificateFile else {
            guard keyFile == nil else { throw SettingFault("a key without a certificate shows nothing") }
            return configuration
        }
        guard let keyFile else { throw SettingFault("the certificate \(certificateFile) needs its key") }
        let chain = try Self.reading(certificateFile) { try NIOSSLCertificate.fromPEMFile(certificateFile) }
        let key = try Self.reading(keyFile) { try NIOSSLPrivateKey(file: keyFile, format: .pem) }
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(key)
        return configuration
    }

    private static func reading<Value>(_ path: String, _ read: () throws -> Value) throws -> Value {
        guard FileManager.default.isReadableFile(atPath: path) else { throw SettingFault("\(path) cannot be read") }
        do {
            return try read()
        } catch {
            throw SettingFault("\(path) is no PEM file of the kind that is wanted")
        }
    }
}

/// Something that a client was told cannot be used.
struct SettingFault: Error {
    let words: String

    init(_ words: String) {
        self.words = words
    }
}

extension ServerAddress {
    /// What a path of the API becomes as a URL for the HTTP client.
    func url(of path: String) throws(ClientError) -> String {
        switch self {
        case .unixSocket(let socket):
            guard socket.utf8.count <= ControlClient.socketPathBytesMax else {
                throw .unreachable(
                    address: description, cause: .pathTooLong(bytesMax: ControlClient.socketPathBytesMax))
            }
            return "http+unix://" + Routes.segment(socket) + path
        case .url(let text):
            guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty,
                parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.user == nil
            else { throw .unreachable(address: text, cause: .setting("it is not like https://berth.example:7411")) }
            let isHere = ["localhost", "127.0.0.1", "[::1]", "::1"].contains(host)
            guard parts.scheme == "https" || parts.scheme == "http" && isHere else {
                throw .unreachable(
                    address: text, cause: .setting("only https:// leaves this machine; http:// is for 127.0.0.1"))
            }
            return text.hasSuffix("/") ? String(text.dropLast()) + path : text + path
        }
    }

    /// What the request's `Host` is; nil where the HTTP client knows.
    var host: String? {
        if case .unixSocket = self { "localhost" } else { nil }
    }
}
