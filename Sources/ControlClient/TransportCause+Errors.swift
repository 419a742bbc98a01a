// From the errors of the layers below to what a person can act on.

internal import AsyncHTTPClient
internal import Glibc
internal import NIOCore
internal import NIOSSL

extension TransportCause {
    init(_ error: any Error, timeoutSeconds: Int) {
        switch error {
        case let error as IOError: self.init(errno: error.errnoCode, words: "\(error)")
        case let error as NIOSSLError: self = .notTrusted("\(error)")
        case is BoringSSLError, is NIOSSLExtraError: self = .notTrusted("\(error)")
        case let error as HTTPClientError where Self.timeouts.contains(error):
            self = .noAnswer(seconds: timeoutSeconds)
        case let error as HTTPClientError: self = .other(error.description)
        case is CancellationError: self = .other("the call was cancelled")
        default: self = .other("\(error)")
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout,
    ]

    private init(errno: CInt, words: String) {
        switch errno {
        case ENOENT: self = .noSocket
        case ECONNREFUSED: self = .nobodyListens
        case EACCES, EPERM: self = .noPermission
        default: self = .other(words)
        }
    }
}
