// The client: one daemon, one pool of connections.

internal import AsyncHTTPClient
internal import NIOCore

/// A typed client of the control API over a Unix socket, or over TCP with TLS.
///
/// A copy shares the same connections. Call ``shutdown()`` when done, or use ``with(_:credentials:_:)``. All methods throw
/// ``ClientError``, and none retries: a write that broke off may have been done, and only its caller knows whether an
/// idempotency key makes repeating safe.
public struct ControlClient: Sendable {
    /// Where the daemon listens.
    public let address: ServerAddress

    let token: String?
    /// Why what it was told cannot be used; every call then fails with it.
    let fault: String?

    let http: HTTPClient

    /// What a Unix socket's address can hold besides its final zero, in bytes.
    static let socketPathBytesMax = 107

    /// A client of the daemon at a path. Connects when first used.
    public init(socketPath: String) { self.init(.unixSocket(path: socketPath)) }

    /// A client of a daemon. Connects when first used; files that cannot be read are reported by the first call.
    public init(_ address: ServerAddress, credentials: ClientCredentials = ClientCredentials()) {
        self.address = address
        token = credentials.token
        var configuration = HTTPClient.Configuration()
        var fault: String?
        if case .url = address {
            do {
                configuration.tlsConfiguration = try credentials.tlsConfiguration()
            } catch {
                fault = (error as? SettingFault)?.words ?? "\(error)"
            }
        }
        self.fault = fault
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.timeout.connect = .seconds(5)
        // A daemon that is not there should be reported at once, not waited for.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    /// Closes the connections. Calls still running fail.
    public func shutdown() async {
        // The only error is a second shutdown, which leaves things as they should be.
        try? await http.shutdown()
    }

    /// Runs a body with a client, and closes its connections afterwards.
    public static func with<Result: Sendable>(
        _ address: ServerAddress, credentials: ClientCredentials = ClientCredentials(),
        _ body: (ControlClient) async throws -> Result
    ) async throws -> Result {
        let client = ControlClient(address, credentials: credentials)
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
