// The peer of each open connection, asked of the kernel once when it connects.

import Glibc
import HTTPTypes
import NIOCore
import Synchronization

/// What SO_PEERCRED gives: `struct ucred` of Linux, which its headers hide from Swift.
private struct KernelCredentials: Sendable {
    var pid: pid_t
    var uid: uid_t
    var gid: gid_t
}

/// Peers of open connections.
final class ConnectedPeers: Sendable {
    private let peers = Mutex<[ObjectIdentifier: Peer]>([:])

    func peer(of channel: any Channel) -> Peer? {
        peers.withLock { $0[ObjectIdentifier(channel)] }
    }

    fileprivate func set(_ peer: Peer?, of channel: any Channel) {
        peers.withLock { $0[ObjectIdentifier(channel)] = peer }
    }
}

/// Notes the peer when its connection opens and forgets it when the connection closes.
///
/// The process id is not looked at: the kernel may give 0, and a process may be gone.
final class PeerCredentialHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = Any

    private let peers: ConnectedPeers

    init(_ peers: ConnectedPeers) {
        self.peers = peers
    }

    func handlerAdded(context: ChannelHandlerContext) {
        guard let options = context.channel as? any SocketOptionProvider else { return }
        let (peers, channel) = (peers, context.channel)
        let credentials: EventLoopFuture<KernelCredentials> = options.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: CInt(SO_PEERCRED)))
        credentials.whenSuccess { peers.set(Peer(uid: $0.uid, gid: $0.gid), of: channel) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        peers.set(nil, of: context.channel)
        context.fireChannelInactive()
    }
}
