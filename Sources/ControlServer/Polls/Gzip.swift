// Compresses bytes as `Content-Encoding: gzip` has them.

import CZlib
import NIOCore

enum Gzip {
    /// Below this a compressed answer saves no packet.
    static let bytesMin = 1_024

    /// The bytes compressed, or nil when that makes them no shorter.
    static func compressed(_ plain: ByteBuffer) -> ByteBuffer? {
        guard plain.readableBytes >= bytesMin else { return nil }
        var stream = z_stream()
        guard berth_deflate_gzip(&stream) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(plain.readableBytes)))
        var zipped = [UInt8](repeating: 0, count: bound)
        let status = plain.withUnsafeReadableBytes { source in
            zipped.withUnsafeMutableBufferPointer { target in
                // zlib takes its input as writable and does not write to it.
                stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                return deflate(&stream, Z_FINISH)
            }
        }
        let count = bound - Int(stream.avail_out)
        guard status == Z_STREAM_END, count < plain.readableBytes else { return nil }
        return ByteBuffer(bytes: zipped[..<count])
    }
}
