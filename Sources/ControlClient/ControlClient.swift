// The client: one socket, one pool of connections.

internal import AsyncHTTPClient
internal import NIOCore

/// A typed client of the control API over a Unix socket.
///
/// A copy shares the same connections. Call ``shutdown()`` when done, or use ``with(socketPath:_:)``. All methods throw
/// ``ClientError``, and none retries: a write that broke off may have been done, and only its caller knows whether an
/// idempotency key makes repeating safe.
public struct ControlClient: Sendable {
    /// Where the daemon listens.
    public let socketPath: String

    let http: HTTPClient

    /// What a Unix socket's address can hold besides its final zero, in bytes.
    static let socketPathBytesMax = 107

    /// A client of the daemon at a path. Connects when first used.
    public init(socketPath: String) {
        self.socketPath = socketPath
        var configuration = HTTPClient.Configuration()
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
        socketPath: String, _ body: (ControlClient) async throws -> Result
    ) async throws -> Result {
        let client = ControlClient(socketPath: socketPath)
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
