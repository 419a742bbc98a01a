// Where the control server takes connections, and how they are spoken to.

import Synchronization

/// One place at which the control server takes connections.
public struct Listener: Sendable {
    /// Where.
    public enum Place: Sendable, Equatable, CustomStringConvertible {
        /// A Unix socket at a path, made anew, for its owner and its group.
        case unixSocket(path: String)
        /// A port of one address of this machine, or of all of them; port 0 is any that is free.
        case tcp(host: String, port: UInt16)
        /// A socket that somebody else has bound and handed over, by its descriptor.
        case descriptor(Int32)

        public var description: String {
            switch self {
            case .unixSocket(let path): path
            case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .descriptor(let number): "descriptor \(number)"
            }
        }
    }

    /// Where it listens.
    public let place: Place
    /// The certificate under which TLS is spoken; nil for plain text.
    public let tls: TLSIdentity?

    /// A listener that speaks TLS under an identity, or plain text without one.
    public init(_ place: Place, tls: TLSIdentity? = nil) {
        self.place = place
        self.tls = tls
    }
}

/// A listener that is open.
public struct OpenListener: Sendable, Equatable {
    /// Where it listens: a path, or an address with its port.
    public let place: String
    /// Whether it speaks TLS.
    public let isTLS: Bool
}

/// Why a listener cannot be opened.
public struct ListenerFault: Error, CustomStringConvertible {
    /// What was tried and what the system said.
    public let description: String
}

/// The listeners that are open, for the daemon's status.
final class ListenersAtWork: Sendable {
    typealias Item = (listener: OpenListener, tls: TLSIdentity?)

    private let items = Mutex<[Item]>([])

    var listeners: [Item] { items.withLock { $0 } }

    func set(_ items: [Item]) { self.items.withLock { $0 = items } }
}
