// One round: ask all sources, make readings of what they say, give them to the daemon.

import AsyncHTTPClient
import ControlAPI
import ControlClient
import Foundation
import Logging
import Synchronization

/// What has been done since the start, for the program's own metrics.
struct RoundCounts: Equatable, Sendable {
    var rounds = 0
    var sourceFailures = 0
    var unmapped = 0
    var taken = 0
    var leftOut = 0
    var refusedRounds = 0
}

/// What a round came to.
enum RoundResult: Equatable, Sendable {
    /// Everything was asked and given.
    case done
    /// Some sources gave nothing; what the others had was given.
    case partly
    /// The daemon took nothing.
    case refused
}

/// Does rounds, and says in the log what changes from one to the next.
final class Rounds: Sendable {
    /// Readings in one request.
    private static let readingsMax = 50_000

    private struct State: Sendable {
        var counts = RoundCounts()
        /// What was last said of each source and of the daemon, so that a lasting failure is said once.
        var troubles: [String: String] = [:]
    }

    private let settings: TelemetrySettings
    private let client: ControlClient
    private let http: HTTPClient
    private let logger: Logger
    private let state = Mutex(State())

    init(_ settings: TelemetrySettings, _ client: ControlClient, _ http: HTTPClient, _ logger: Logger) {
        self.settings = settings
        self.client = client
        self.http = http
        self.logger = logger
    }

    var counts: RoundCounts { state.withLock { $0.counts } }

    func run() async -> RoundResult {
        let now = Int64(Date().timeIntervalSince1970)
        var (readings, failures, unmapped) = ([TelemetryReading](), 0, 0)
        await withTaskGroup(of: (Int, Result<Gathered, any Error>).self) { group in
            for (index, source) in settings.sources.enumerated() {
                group.addTask { (index, await self.gather(source, now)) }
            }
            // In the order of the sources, so that the same samples make the same request.
            var results = [Result<Gathered, any Error>?](repeating: nil, count: settings.sources.count)
            for await (index, result) in group { results[index] = result }
            for (source, result) in zip(settings.sources, results.compactMap(\.self)) {
                switch result {
                case .success(let gathered):
                    say(nil, of: source.url)
                    readings += gathered.readings
                    unmapped += gathered.unmapped
                case .failure(let error):
                    say("\(error)", of: source.url)
                    failures += 1
                }
            }
        }
        let sent = await send(ReadingMaker.unique(readings))
        state.withLock { state in
            state.counts.rounds += 1
            state.counts.sourceFailures += failures
            state.counts.unmapped += unmapped
            if !sent { state.counts.refusedRounds += 1 }
        }
        return !sent ? .refused : failures > 0 ? .partly : .done
    }

    private struct Gathered: Sendable {
        var readings: [TelemetryReading] = []
        var unmapped = 0
    }

    private func gather(_ source: Source, _ now: Int64) async -> Result<Gathered, any Error> {
        do {
            let window = max(30, 2 * settings.intervalSeconds)
            var gathered = Gathered()
            for (mapping, samples) in try await source.samples(of: settings.series, windowSeconds: window, http) {
                for sample in samples {
                    if let reading = settings.maker.reading(of: sample, mapping, now: now) {
                        gathered.readings.append(reading)
                    } else {
                        gathered.unmapped += 1
                    }
                }
            }
            if gathered.readings.isEmpty {
                let names = settings.series.map(\.metric).joined(separator: ", ")
                throw SourceFault(
                    gathered.unmapped > 0
                        ? "none of its \(gathered.unmapped) samples has the labels that the settings name"
                        : "it has no samples of \(names)")
            }
            return .success(gathered)
        } catch {
            return .failure(error)
        }
    }

    /// Gives readings to the daemon. Nothing to give is no failure of the daemon's.
    private func send(_ readings: [TelemetryReading]) async -> Bool {
        var rest = readings[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.readingsMax))
            rest = rest.dropFirst(part.count)
            do {
                let answer = try await client.report(TelemetryRequest(source: settings.source, readings: part))
                say(nil, of: "berthd")
                state.withLock { state in
                    state.counts.taken += answer.taken
                    state.counts.leftOut += answer.leftOut
                }
                sayLeftOut(answer)
            } catch {
                say(error.description, of: "berthd")
                return false
            }
        }
        return true
    }

    private func sayLeftOut(_ answer: TelemetryAnswer) {
        guard let first = answer.leftOutReadings?.first else { return say(nil, of: "readings") }
        say(
            "\(first.fault.rawValue), such as that of \(first.subject)", of: "readings",
            metadata: [
                "leftOut": "\(answer.leftOut)"
            ])
    }

    /// Logs trouble when it begins or changes, and its end.
    private func say(_ trouble: String?, of subject: String, metadata: Logger.Metadata = [:]) {
        let before = state.withLock { state in
            defer { state.troubles[subject] = trouble }
            return state.troubles[subject]
        }
        guard trouble != before else { return }
        if let trouble {
            logger.warning("\(subject): \(trouble)", metadata: metadata)
        } else {
            logger.notice("\(subject): all is well again")
        }
    }
}
