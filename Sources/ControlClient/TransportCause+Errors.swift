// From the errors of the layers below to what a person can act on.

internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

extension TransportCause {
    init(_ error: any Error, timeoutSeconds: Int) {
        switch error {
        case let error as IOError: self.init(errno: error.errnoCode)
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.lazy.compactMap({ $0.error as? IOError }).first {
                self.init(errno: first.errnoCode)
            } else {
                self = error.connectionErrors.isEmpty ? .unknownHost : .noAnswer(seconds: timeoutSeconds)
            }
        case NIOSSLError.uncleanShutdown: self = .closed
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: self = .notTrusted(TLSFault(error))
        case let error as HTTPClientError where Self.timeouts.contains(error):
            self = .noAnswer(seconds: timeoutSeconds)
        case let error as HTTPClientError where Self.closings.contains(error): self = .closed
        case let error as HTTPClientError where Self.addresses.contains(error):
            self = .setting("the address cannot be used")
        // The end of the connection in the middle of an answer.
        case HTTPParserError.invalidEOFState: self = .closed
        case is HTTPParserError: self = .other("what came is no HTTP")
        case is CancellationError: self = .other("the call was cancelled")
        default: self = .other("the connection failed (\(error))")
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout,
        .tlsHandshakeTimeout,
    ]
    private static let closings: [HTTPClientError] = [.remoteConnectionClosed, .uncleanShutdown]
    private static let addresses: [HTTPClientError] = [.invalidURL, .emptyHost, .emptyScheme]

    private init(errno: CInt) {
        switch errno {
        case ENOENT: self = .noSocket
        case ECONNREFUSED: self = .nobodyListens
        case EACCES, EPERM: self = .noPermission
        case ECONNRESET, EPIPE, ECONNABORTED: self = .closed
        default: self = .other("the connection failed: \(String(cString: strerror(errno)))")
        }
    }
}
