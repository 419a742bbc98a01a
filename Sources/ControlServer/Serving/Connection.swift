// One open connection: from where it comes, and who is known by it.

import NIOCore
import Synchronization

/// What is known of a connection for as long as it is open.
final class Connection: Sendable {
    /// From where a connection comes, and for whose it counts.
    enum Origin: Hashable, Sendable {
        /// A user of this machine over a Unix socket.
        case user(UInt32)
        /// An address over TCP; of IPv6 its network of 64 bits.
        case address(String)
        /// The kernel does not say.
        case unknown
    }

    let origin: Origin
    /// The process at the other end of a Unix socket.
    let peer: Peer?
    /// Whether TLS is spoken on it.
    let isTLS: Bool
    private let certificateNames = Mutex<CertificateNames?>(nil)

    /// The names in the client certificate, once the handshake has verified one.
    var certificate: CertificateNames? { certificateNames.withLock { $0 } }

    func showed(_ names: CertificateNames?) { certificateNames.withLock { $0 = names } }

    init(origin: Origin, peer: Peer?, isTLS: Bool) {
        self.origin = origin
        self.peer = peer
        self.isTLS = isTLS
    }

    /// Asks the kernel about a channel that has just been accepted, on its event loop.
    convenience init(of channel: any Channel, isTCP: Bool, isTLS: Bool) {
        let ends = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            descriptor -> (Origin, Peer?) in
            if isTCP { return (SocketEnds.remote(descriptor).map { .address($0.network) } ?? .unknown, nil) }
            let peer = PeerCredentials.peer(of: descriptor)
            return (peer.map { .user($0.uid) } ?? .unknown, peer)
        }
        let (origin, peer) = ends.flatMap { $0 } ?? (.unknown, nil)
        self.init(origin: origin, peer: peer, isTLS: isTLS)
    }
}
