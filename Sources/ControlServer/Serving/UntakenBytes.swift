// What has been written to a client and not been taken by it.

import Glibc
import NIOCore

extension Channel {
    /// Bytes that the client has not taken while more waits for it than the kernel holds; 0 while the daemon may write on.
    ///
    /// On the channel's event loop. The kernel's share falls by the pieces that it was given over a Unix socket, and by what the
    /// other end acknowledges over TCP, so that a client shows that it reads long before the kernel takes more.
    var bytesUntaken: Int {
        let waiting = (try? syncOptions?.getOption(.bufferedWritableBytes)).flatMap { $0 } ?? 0
        guard waiting > 0 else { return 0 }
        let inKernel = try? pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            descriptor in
            var bytes: CInt = 0
            return ioctl(descriptor, UInt(TIOCOUTQ), &bytes) == 0 ? Int(bytes) : 0
        }
        return waiting + (inKernel ?? 0)
    }
}
