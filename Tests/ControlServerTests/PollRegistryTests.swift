// Who waits for whose change, and who is woken.

import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import ControlServer

@Suite("Polls that wait")
struct PollRegistryTests {
    private let registry = PollRegistry()
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

    private func register(_ tenant: String, _ wake: @escaping @Sendable () -> Void = {}) -> PollRegistry.Place? {
        registry.register(for: tenant, seconds: 300, on: eventLoop, wake: wake)
    }

    @Test("are taken by their tenant's change, once, and by nobody else's")
    func taken() throws {
        let places = try [#require(register("a")), #require(register("a")), #require(register("b"))]
        #expect(registry.take(["c"]).isEmpty)
        #expect(registry.take(["a", "c"]).mapValues(\.count) == ["a": 2])
        #expect(registry.take(["a"]).isEmpty)
        #expect(!registry.leave(places[0]))
        #expect(registry.leave(places[2]))
        #expect(!registry.leave(places[2]))
        #expect(registry.take(["b"]).isEmpty)
    }

    @Test("are woken on their event loop")
    func woken() async throws {
        let eventLoop = eventLoop
        await withCheckedContinuation { continuation in
            let place = register("a") {
                eventLoop.preconditionInEventLoop()
                continuation.resume()
            }
            #expect(place != nil)
            for waiters in registry.take(["a"]).values { waiters.wake() }
        }
    }

    @Test("are woken when the daemon stops, and none is taken afterwards")
    func finished() async throws {
        await withCheckedContinuation { continuation in
            #expect(register("a") { continuation.resume() } != nil)
            registry.finish()
        }
        #expect(register("a") == nil)
        await registry.wait(for: "a", seconds: 300, on: eventLoop) { true }
    }

    @Test("do not begin to wait for what has changed already")
    func late() async {
        await registry.wait(for: "a", seconds: 300, on: eventLoop) { false }
        #expect(registry.take(["a"]).isEmpty)
    }
}

@Suite("What a poll has and takes")
struct PollFieldTests {
    @Test("tags are compared weakly, in lists and over several fields")
    func tags() {
        func tag(_ index: UInt64) -> EntityTag { EntityTag(epoch: 1, index: index, isZipped: false) }
        let tags = EntityTags([#""1-2", W/"1-3""#, #" "1-4" ,"1-6-gzip""#])
        for index: UInt64 in [2, 3, 4] { #expect(tags.contains(tag(index))) }
        #expect(!tags.contains(tag(5)) && !tags.contains(tag(6)) && tags.contains(tag(6).zipped))
        #expect(!EntityTags([]).contains(tag(2)) && EntityTags(["*"]).contains(tag(5)))
    }

    @Test(
        "what is no tag of ours is no tag",
        arguments: ["1-2", "\"1-2", "\"1-02\"", "\"+1-2\"", "\"1-2-gz\"", "\"1\"", "\"\"", "\"", "\"1-2-3-gzip\""])
    func noTags(_ text: String) { #expect(EntityTag(text) == nil) }

    @Test("tags are read as they are written")
    func roundTrip() {
        for tag in [EntityTag(epoch: 0, index: .max, isZipped: true), EntityTag(epoch: 7, index: 1, isZipped: false)] {
            var buffer = ByteBuffer()
            tag.write(to: &buffer)
            #expect(String(buffer: buffer) == tag.text && EntityTag(tag.text) == tag)
        }
    }

    @Test(
        "gzip is taken where it is named or everything is, and not at a weight of nothing",
        arguments: [
            ("gzip", true), ("br, GZIP", true), ("*", true), ("gzip;q=0.1", true), ("deflate, gzip ; q=1", true),
            ("gzip;q=0", false), ("gzip; q=0.000", false), ("br", false), ("", false), ("x-gzip", false),
        ])
    func encodings(_ field: String, _ isTaken: Bool) {
        #expect(AcceptedEncodings.takeGzip([field]) == isTaken)
        #expect(AcceptedEncodings.takeGzip(["br", field]) == isTaken)
    }

    @Test("a short or dense answer is not compressed")
    func gzip() {
        #expect(Gzip.compressed(ByteBuffer(repeating: 97, count: Gzip.bytesMin - 1)) == nil)
        var random = SystemRandomNumberGenerator()
        let dense = ByteBuffer(bytes: (0..<4_096).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        #expect(Gzip.compressed(dense) == nil)
        let zipped = Gzip.compressed(ByteBuffer(repeating: 97, count: 100_000))
        #expect(zipped.map { $0.readableBytes < 1_000 } == true)
    }
}
