// What a screen waits for: keys, a new size, signals that end it.

import Dispatch
import Foundation

/// Something that happened to the terminal.
enum ScreenEvent: Equatable, Sendable {
    case key(Key)
    case resized
    /// The process was stopped and goes on; a shell may have had the terminal meanwhile.
    case continued
    /// A signal that ends the process, or the end of input (0).
    case ended(signal: Int32)
}

/// The sources of a screen's events, from ``start()`` to ``stop()``.
final class ScreenEvents {
    private let sink: @Sendable (ScreenEvent) -> Void
    private let queue = DispatchQueue(label: "screen")
    private var sources: [any DispatchSourceProtocol] = []

    static let endingSignals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    init(_ sink: @escaping @Sendable (ScreenEvent) -> Void) { self.sink = sink }

    func start() {
        for number in Self.endingSignals { watch(number, .ended(signal: number)) }
        watch(SIGWINCH, .resized)
        watch(SIGCONT, .continued)
        let input = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: queue)
        let sink = sink
        input.setEventHandler { [input] in
            var bytes = [UInt8](repeating: 0, count: 1_024)
            let count = read(STDIN_FILENO, &bytes, bytes.count)
            guard count > 0 else {
                if count < 0, errno == EINTR || errno == EAGAIN { return }
                input.cancel()
                return sink(.ended(signal: 0))
            }
            for key in Key.keys(of: Array(bytes.prefix(count))) { sink(.key(key)) }
        }
        input.resume()
        sources.append(input)
    }

    func stop() {
        for source in sources { source.cancel() }
        sources = []
        for number in Self.endingSignals { signal(number, SIG_DFL) }
    }

    /// Ends this process as the signal does that nobody watches.
    static func die(of number: Int32) {
        signal(number, SIG_DFL)
        // Whoever watched for signals has blocked them on its threads.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
    }

    private func watch(_ number: Int32, _ event: ScreenEvent) {
        // A source sees a signal only when the process itself does nothing about it.
        if number != SIGCONT, number != SIGWINCH { signal(number, SIG_IGN) }
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        let sink = sink
        source.setEventHandler { sink(event) }
        source.resume()
        sources.append(source)
    }
}
