// Who takes nothing of what is written to it, and who takes little.

import Glibc
import NIOCore
import NIOEmbedded
import NIOPosix
import Synchronization
import Testing

@testable import ControlServer

@Suite("Clients that take little or nothing")
struct TakingWatchTests {
    private final class Client: Sendable {
        let untaken = Atomic(0)
        let stalls = Atomic(0)

        func watch(_ eventLoop: EmbeddedEventLoop, seconds: Int64) -> TakingWatch {
            TakingWatch(
                on: eventLoop, seconds: seconds, untaken: { self.untaken.load(ordering: .relaxed) },
                onStall: { self.stalls.add(1, ordering: .relaxed) })
        }

        var isStalled: Bool { stalls.load(ordering: .relaxed) > 0 }
    }

    @Test("who takes a byte within every minute may take hours; who then takes nothing for one is told of, once")
    func slow() {
        let (eventLoop, client) = (EmbeddedEventLoop(), Client())
        client.untaken.store(1_000_000, ordering: .relaxed)
        let watch = client.watch(eventLoop, seconds: 60)
        for _ in 0..<240 {
            eventLoop.advanceTime(by: .seconds(50))
            client.untaken.subtract(1, ordering: .relaxed)
            #expect(!client.isStalled)
        }
        eventLoop.advanceTime(by: .seconds(59))
        #expect(!client.isStalled)
        eventLoop.advanceTime(by: .seconds(60))
        #expect(client.isStalled)
        eventLoop.advanceTime(by: .hours(1))
        #expect(client.stalls.load(ordering: .relaxed) == 1)
        watch.cancel()
    }

    @Test("nobody is told of who has taken all, nor after the end of the watch")
    func over() {
        let (eventLoop, client) = (EmbeddedEventLoop(), Client())
        let watch = client.watch(eventLoop, seconds: 1)
        eventLoop.advanceTime(by: .hours(1))
        #expect(!client.isStalled)
        watch.cancel()
        client.untaken.store(1, ordering: .relaxed)
        eventLoop.advanceTime(by: .hours(1))
        #expect(!client.isStalled)
    }

    @Test("what is read of a Unix socket's buffer counts as taken before the kernel takes more")
    func kernel() async throws {
        var ends: [CInt] = [0, 0]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let reader = ends[1]
        defer { close(reader) }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .withConnectedSocket(ends[0]).get()
        func waiting() async throws -> (untaken: Int, buffered: Int) {
            try await channel.eventLoop.submit {
                (channel.bytesUntaken, try channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0)
            }.get()
        }
        for _ in 0..<16 { channel.writeAndFlush(ByteBuffer(repeating: 0, count: 64 << 10), promise: nil) }
        var before = try await waiting()
        #expect(before.buffered > 0 && before.untaken > before.buffered)
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        #expect(read(reader, &piece, piece.count) > 0)
        let after = try await waiting()
        #expect(after.untaken < before.untaken && after.buffered == before.buffered, "\(before) \(after)")
        // All of it is taken in the end.
        while before.untaken > 0 {
            _ = read(reader, &piece, piece.count)
            before = try await waiting()
        }
        try await channel.close()
    }
}
