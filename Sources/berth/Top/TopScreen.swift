// berth top on a terminal: events in, frames out.

import ControlAPI
import ControlClient
import Foundation

/// Owns the screen, and is the only one to draw on it.
struct TopScreen {
    private enum Event: Sendable {
        case screen(ScreenEvent)
        case second
        case read(TopSnapshot, TopReader.Memory)
        case failed(ClientError)
    }

    private let reader: TopReader
    private let glyphs: Glyphs
    private let inColour: Bool
    private var memory: TopReader.Memory
    private var snapshot: TopSnapshot
    private var state: TopState
    private var isReading = false
    /// Seconds until the daemon is asked again.
    private var pause = 0
    private let interval: Int

    /// - Parameter interval: seconds from one answer to the next question.
    init(
        _ reader: TopReader, _ first: (TopSnapshot, TopReader.Memory), interval: Int, glyphs: Glyphs, inColour: Bool
    ) {
        self.reader = reader
        self.interval = interval
        self.glyphs = glyphs
        self.inColour = inColour
        (snapshot, memory) = first
        state = TopState(for: snapshot.subject)
    }

    /// Shows frames until a key or a signal ends it. Gives the signal; 0: none.
    mutating func run() async -> Int32 {
        let (events, sink) = AsyncStream.makeStream(of: Event.self)
        let sources = ScreenEvents { sink.yield(.screen($0)) }
        var screen = RawScreen()
        sources.start()
        defer {
            screen.close()
            sources.stop()
        }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await Task.sleep(for: .seconds(1))) != nil { sink.yield(.second) }
            }
            defer { group.cancelAll() }
            draw(on: &screen)
            for await event in events {
                switch event {
                case .screen(.ended(let signal)): return signal
                case .screen(.resized): screen.forget()
                case .screen(.continued): screen.resume()
                case .screen(.key(let key)):
                    if let request = state.take(key) {
                        switch request {
                        case .quit: return 0
                        case .suspend: screen.suspend()
                        case .redraw: screen.forget()
                        case .refresh:
                            memory.readAt = 0
                            pause = 0
                        }
                    }
                case .second: pause -= 1
                case .read(let snapshot, let memory): take(snapshot, memory)
                case .failed(let error): take(error)
                }
                if !isReading, !state.isPaused, pause <= 0 {
                    isReading = true
                    let (reader, memory, mayWait) = (reader, memory, state.trouble == nil)
                    group.addTask {
                        do {
                            let (snapshot, memory) = try await reader.read(memory, mayWait: mayWait)
                            sink.yield(.read(snapshot, memory))
                        } catch let error as ClientError {
                            sink.yield(.failed(error))
                        } catch {
                            // Nothing else is thrown but that the group has been cancelled.
                        }
                    }
                }
                draw(on: &screen)
            }
            return 0
        }
    }

    private mutating func take(_ snapshot: TopSnapshot, _ memory: TopReader.Memory) {
        (isReading, pause) = (false, interval)
        state.trouble = nil
        // A pause that began while this was read holds what was there.
        guard !state.isPaused else { return }
        (self.snapshot, self.memory) = (snapshot, memory)
    }

    private mutating func take(_ error: ClientError) {
        (isReading, pause) = (false, 2)
        switch error {
        case .unreachable(_, let cause): state.trouble = "no answer (\(cause.description)), trying again"
        case .refused(let problem, _): state.trouble = "\(problem.title), trying again"
        default: state.trouble = "\(error), trying again"
        }
    }

    private mutating func draw(on screen: inout RawScreen) {
        // Nobody asks for a tenant's view again until something has changed, and time goes on.
        if case .tenant = snapshot.subject { snapshot.now = .now }
        let frame = TopFrame(snapshot: snapshot, state: state, glyphs: glyphs)
        state.rowCounts = frame.tables.mapValues(\.rows.count)
        screen.draw(frame.lines(RawScreen.size).map { $0.rendered(inColour: inColour) })
    }
}
