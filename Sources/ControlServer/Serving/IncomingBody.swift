// A request's body that did not come all at once, as its handler reads it.

import NIOCore

/// The parts of a body in order, read once.
///
/// Its connection fills it and whoever reads it empties it; both meet on the connection's event loop.
final class IncomingBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// A connection whose body is read too slowly is read from no further when this much waits.
    private static let bytesMax = 64 << 10

    private struct State {
        var parts = CircularBuffer<ByteBuffer>(initialCapacity: 1)
        var bytes = 0
        var isOver = false
        var error: (any Error)?
        /// Nobody reads it: what comes is thrown away.
        var isDropped = false
        var reader: EventLoopPromise<ByteBuffer?>?
    }

    private let state: NIOLoopBoundBox<State>
    private let eventLoop: any EventLoop
    /// Called on the event loop when more may come.
    private let onDemand: @Sendable () -> Void

    init(_ first: ByteBuffer, on eventLoop: any EventLoop, onDemand: @escaping @Sendable () -> Void) {
        self.eventLoop = eventLoop
        self.onDemand = onDemand
        state = NIOLoopBoundBox(State(), eventLoop: eventLoop)
        if first.readableBytes > 0 { add(first) }
    }

    // MARK: For the connection

    /// Whether enough waits to be read.
    var isFull: Bool { state.value.bytes >= Self.bytesMax }

    func add(_ part: ByteBuffer) {
        guard !state.value.isDropped else { return }
        if let reader = state.value.reader {
            state.value.reader = nil
            return reader.succeed(part)
        }
        state.value.parts.append(part)
        state.value.bytes += part.readableBytes
    }

    func end() {
        state.value.isOver = true
        answerReader()
    }

    /// The rest will not come.
    func fail(_ error: any Error) {
        guard !state.value.isOver else { return }
        (state.value.isOver, state.value.error) = (true, error)
        answerReader()
    }

    /// Nobody reads on.
    func drop() {
        (state.value.isDropped, state.value.bytes) = (true, 0)
        state.value.parts.removeAll()
    }

    private func answerReader() {
        guard let reader = state.value.reader else { return }
        state.value.reader = nil
        if let error = state.value.error { reader.fail(error) } else { reader.succeed(nil) }
    }

    // MARK: For its reader

    private func next() -> EventLoopFuture<ByteBuffer?> {
        if let part = state.value.parts.popFirst() {
            let wasFull = isFull
            state.value.bytes -= part.readableBytes
            if wasFull, !isFull { onDemand() }
            return eventLoop.makeSucceededFuture(part)
        }
        if let error = state.value.error { return eventLoop.makeFailedFuture(error) }
        guard !state.value.isOver, state.value.reader == nil else { return eventLoop.makeSucceededFuture(nil) }
        let promise = eventLoop.makePromise(of: ByteBuffer?.self)
        state.value.reader = promise
        return promise.futureResult
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let body: IncomingBody

        func next() async throws -> ByteBuffer? {
            try await body.eventLoop.flatSubmit { [body] in body.next() }.get()
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }
}
