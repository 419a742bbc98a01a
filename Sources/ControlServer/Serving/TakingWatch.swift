// Whether a client takes anything of what is written to it.

import NIOCore

/// Looks again and again, while something is written to a client, how much it has not taken: who reads slowly has no deadline, who
/// takes nothing has one from the last that it took.
struct TakingWatch {
    private let task: RepeatedTask

    /// How often it looks within the time in which something must be taken.
    private static let looks: Int64 = 8

    /// - Parameters:
    ///   - untaken: bytes that wait for the client; called on the event loop.
    ///   - onStall: called once on the event loop when nothing has been taken for so many seconds.
    init(
        on eventLoop: any EventLoop, seconds: Int64, untaken: @escaping @Sendable () -> Int,
        onStall: @escaping @Sendable () -> Void
    ) {
        let patience = TimeAmount.seconds(seconds)
        let pause = TimeAmount.nanoseconds(patience.nanoseconds / Self.looks)
        let seen = NIOLoopBoundBox<(bytes: Int, since: NIODeadline)?>.makeBoxSendingValue(nil, eventLoop: eventLoop)
        task = eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { task in
            let (bytes, now) = (untaken(), eventLoop.now)
            guard bytes > 0, let last = seen.value, last.bytes == bytes else {
                seen.value = (bytes, now)
                return
            }
            guard now - last.since >= patience else { return }
            task.cancel()
            onStall()
        }
    }

    func cancel() { task.cancel() }
}
