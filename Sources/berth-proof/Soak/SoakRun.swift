// One soak from the making of its book to the last sample.

import Foundation
import Glibc
import Simulation
import Synchronization

/// What came of a soak.
struct SoakReport {
    var samples: [SoakSample] = []
    var pauses: [SoakPause] = []
    var whole: [String: LatencyHistogram] = [:]
    var refusals: [String: Int] = [:]
    var troubles: [String] = []
    /// Seconds from the end of a process being asked for to the next one serving.
    var downSeconds: [Double] = []
    var backupSeconds: [Double] = []
    var woken = (polls: 0, eventBytes: 0)
    var fillSeconds = 0.0
}

/// Runs a soak. Used by one thread.
final class SoakRun {
    private static let startSecondsMax = 300.0
    private static let fillBatch = 256

    private let settings: SoakSettings
    private let scene: SoakScene
    private var process: DaemonProcess?
    private var report = SoakReport()
    private var processorBefore = 0.0

    init(_ settings: SoakSettings) {
        self.settings = settings
        scene = SoakScene(socket: settings.folder + "/s")
    }

    private var stateFolder: String { settings.folder + "/state" }

    func run() -> SoakReport {
        let group = DispatchGroup()
        do {
            try prepareFleet()
            try start(initialise: true)
            try fill()
            try soak(group)
        } catch {
            scene.noteTrouble("\(error)")
        }
        scene.finish()
        group.wait()
        stop()
        report.whole = scene.whole
        report.refusals = scene.refusals
        report.troubles = scene.troubles
        report.woken = scene.woken
        return report
    }

    // MARK: The daemon

    /// The fleet with the turn-round of this run.
    private func prepareFleet() throws {
        if FileManager.default.fileExists(atPath: stateFolder) {
            throw ProofFault("\(stateFolder) is there from before; move it away, or name another --state")
        }
        let text = try String(contentsOfFile: settings.fleet, encoding: .utf8)
        let (cleaning, validating) = (settings.turnRoundSeconds / 3, settings.turnRoundSeconds * 2 / 3)
        try text.replacing(/cleaning: *[0-9]+[smhd]/, with: "cleaning: \(cleaning)s")
            .replacing(/validating: *[0-9]+[smhd]/, with: "validating: \(validating)s")
            .write(toFile: settings.folder + "/fleet.yaml", atomically: true, encoding: .utf8)
    }

    /// Of util-linux: runs a program that the kernel kills when the thread that started it ends.
    private static let tie = ["/usr/bin/setpriv", "--pdeathsig", "KILL"]

    private func start(initialise: Bool = false) throws {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BERTH") }
        variables["BERTHD_STATE_IDENTITY_FILE"] = settings.folder + "/book-id"
        let line = [
            settings.daemon, "--fleet", settings.folder + "/fleet.yaml", "--state", stateFolder, "--socket",
            scene.socket,
        ]
        // With this program its daemon ends, whatever has ended it.
        let tie = FileManager.default.isExecutableFile(atPath: Self.tie[0]) ? Self.tie : []
        let process = try DaemonProcess(
            tie + line + (initialise ? ["--initialise"] : []), environment: variables,
            log: settings.folder + "/berthd.log",
            bell: scene.bell)
        self.process = process
        _ = scene.bell.wait(seconds: Self.startSecondsMax) { process.isServing || process.end != nil }
        guard process.isServing else {
            process.signal(SIGKILL)
            throw ProofFault(
                "the daemon does not start (\(process.end.map { "\($0)" } ?? "it hangs")): \(process.said.suffix(2_000))"
            )
        }
    }

    private func stop() {
        guard let process else { return }
        process.signal(SIGTERM)
        if !scene.bell.wait(seconds: 60, until: { process.end != nil }) {
            scene.noteTrouble("the daemon does not end within a minute")
            process.signal(SIGKILL)
        } else if process.end != .exited(0) {
            scene.noteTrouble("the daemon ended by \(process.end.map { "\($0)" } ?? ""): \(process.said.suffix(2_000))")
        }
        self.process = nil
    }

    private func restart(_ watch: SoakWatch, _ begin: Int64) throws {
        let began = steadyNanoseconds()
        scene.pause()
        watch.follow(nil)
        stop()
        try start()
        watch.follow(process?.pid)
        processorBefore = 0
        // What would have been asked meanwhile is left out.
        let rate = Int64(settings.writesPerSecond + settings.readsPerSecond)
        let place = Int((steadyNanoseconds() - begin) / 1_000_000 * rate / 1_000)
        if place > scene.nextPlace.load(ordering: .relaxed) { scene.nextPlace.store(place, ordering: .relaxed) }
        scene.begin()
        report.downSeconds.append(Double(steadyNanoseconds() - began) / 1e9)
    }

    // MARK: Filling

    private func fill() throws {
        let began = steadyNanoseconds()
        let connection = try PlainConnection(path: scene.socket)
        func ask(_ method: String, _ path: String, _ body: String? = nil) throws -> PlainAnswer {
            let answer = try connection.request(method, path, body.map { Array($0.utf8) })
            guard answer.isDone else {
                throw ProofFault(
                    "\(method) \(path) was answered \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
            }
            return answer
        }
        _ = try ask("PUT", "/v1/tenants/\(SoakProbe.tenant)", #"{"description":"probe","reason":"soak"}"#)
        for number in 0..<settings.tenants {
            _ = try ask("PUT", "/v1/tenants/\(SoakClient.tenantName(number))", #"{"reason":"soak"}"#)
        }
        scene.nodes = SoakAnswers.names(in: try ask("GET", "/v1/nodes?limit=1000").body)
        var random = SimulationRandom(seed: settings.seed)
        var (place, refusedInARow) = (0, 0)
        while scene.leaseCount < settings.leases, refusedInARow < 4 {
            let now = Int64(Foundation.time(nil))
            let orders = (0..<min(Self.fillBatch, settings.leases - scene.leaseCount)).map { _ in
                place += 1
                return SoakClient.order(
                    SoakClient.tenantName(place % settings.tenants), now, endsSoon: false, mayBeginLater: false,
                    &random)
            }
            let body = #"{"atomic":false,"leases":["# + orders.map(\.body).joined(separator: ",") + "]}"
            let ids = SoakAnswers.leases(in: try ask("POST", "/v1/leases:batch", body).body)
            scene.add(ids.map { SoakLease(id: $0, end: orders[0].end) })
            refusedInARow = ids.isEmpty ? refusedInARow + 1 : 0
        }
        report.fillSeconds = Double(steadyNanoseconds() - began) / 1e9
        say("\(scene.leaseCount) leases after \(Int(report.fillSeconds)) s")
        if scene.leaseCount < settings.leases { say("the fleet takes no more; the run goes on with these") }
    }

    // MARK: Soaking

    private func soak(_ group: DispatchGroup) throws {
        let (scene, settings) = (self.scene, self.settings)
        let begin = steadyNanoseconds() + 200_000_000
        let watch = SoakWatch(scene: scene, folder: stateFolder, start: begin)
        watch.follow(process?.pid)
        func thread(_ name: String, _ body: @escaping @Sendable () -> Void) {
            group.enter()
            let thread = Thread {
                body()
                group.leave()
            }
            thread.name = name
            thread.start()
        }
        defer {
            report.pauses = watch.pauses
            report.backupSeconds = watch.lengths(of: SoakBackups.name)
        }
        thread("watch") { watch.run() }
        thread("sleeper") { watch.sleepAgainAndAgain() }
        thread("probe-reads") { SoakProbe.reads(scene, watch, micros: settings.probeMicros).run() }
        thread("probe-writes") { SoakProbe.writes(scene, watch, micros: settings.probeMicros).run() }
        if settings.polls > 0 { thread("polls") { SoakPolls(scene: scene, settings: settings).run() } }
        thread("events") { SoakPolls(scene: scene, settings: settings).follow() }
        if settings.backupSeconds > 0 {
            thread("backups") { SoakBackups(scene: scene, watch: watch, settings: settings).run() }
        }
        for index in 0..<settings.clients {
            thread("client") {
                var client = SoakClient(index: index, scene: scene, settings: settings, start: begin)
                client.run()
            }
        }
        scene.begin()
        processorBefore = process.flatMap { ProcessFigures(pid: $0.pid).processorSeconds } ?? 0
        let table = try SoakTable(path: settings.csv)
        let end = begin + Int64(settings.seconds * 1e9)
        var (next, nextRestart) = (begin, begin + Int64(settings.restartSeconds * 1e9))
        var sampledAt = begin
        while true {
            next += Int64(settings.sampleSeconds * 1e9)
            let wait = Double(min(next, end) - steadyNanoseconds()) / 1e9
            let isDone = { scene.nextPlace.load(ordering: .relaxed) >= settings.operationsMax }
            _ = scene.bell.wait(seconds: max(0, wait)) { [process] in isDone() || process?.end != nil }
            if let process, let end = process.end {
                throw ProofFault("the daemon ended by itself (\(end)): \(process.said.suffix(2_000))")
            }
            let now = steadyNanoseconds()
            let seen = sample(at: now, since: sampledAt, begin, watch)
            sampledAt = now
            report.samples.append(seen)
            try table.add(seen)
            tell(seen, watch)
            scene.forgetEnded(now: Int64(Foundation.time(nil)))
            if now >= end || isDone() { break }
            if settings.restartSeconds > 0, now >= nextRestart {
                nextRestart += Int64(settings.restartSeconds * 1e9)
                try restart(watch, begin)
                sampledAt = steadyNanoseconds()
                next = max(next, sampledAt)
            }
        }
    }

    private func sample(at now: Int64, since: Int64, _ begin: Int64, _ watch: SoakWatch) -> SoakSample {
        var sample = SoakSample()
        sample.second = Double(now - begin) / 1e9
        sample.life = scene.life ?? 0
        sample.driverDelay = watch.takeDriverDelay()
        sample.latencies = scene.takeInterval().compactMapValues { LatencySummary($0) }
        // A new process fills its caches for a while.
        let lifeAge = report.samples.last { $0.life != sample.life }.map { sample.second - $0.second } ?? .infinity
        sample.isWarm = sample.second >= settings.warmAfter && lifeAge >= 60
        if let process {
            let figures = ProcessFigures(pid: process.pid)
            sample.residentBytes = figures.residentBytes ?? 0
            sample.anonymousBytes = figures.anonymousBytes ?? 0
            sample.proportionalBytes = figures.proportionalBytes ?? 0
            sample.descriptors = figures.descriptors ?? 0
            sample.threads = figures.threads ?? 0
            let processor = figures.processorSeconds ?? processorBefore
            if now > since { sample.processorShare = (processor - processorBefore) / (Double(now - since) / 1e9) }
            processorBefore = processor
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: stateFolder)) ?? [] {
            let attributes = try? FileManager.default.attributesOfItem(atPath: stateFolder + "/" + name)
            if let size = attributes?[.size] as? Int { sample.files[name] = size }
        }
        do {
            let answer = try PlainConnection(path: scene.socket).request("GET", "/metrics")
            let metrics = String(decoding: answer.body, as: UTF8.self)
            sample.entries = SoakAnswers.metric("berth_revision", in: metrics) ?? 0
            sample.leases = SoakAnswers.metrics("berth_leases{state=", in: metrics)
        } catch {
            scene.noteTrouble("the metrics cannot be read: \(error)")
        }
        return sample
    }

    private func tell(_ sample: SoakSample, _ watch: SoakWatch) {
        let longest =
            watch.pauses.last.map { ", last pause \($0.nanoseconds / 1_000_000) ms at \(Int($0.second)) s" } ?? ""
        func milliseconds(_ kind: String) -> String {
            sample.latencies[kind].map {
                String(format: "%.1f/%.1f/%.1f", Double($0.p50) / 1e6, Double($0.p99) / 1e6, Double($0.longest) / 1e6)
            } ?? "-"
        }
        say(
            "\(Int(sample.second)) s: \(sample.residentBytes >> 20) MiB, \(sample.descriptors) descriptors, "
                + "\(sample.threads) threads, entry \(sample.entries), \(scene.leaseCount) leases, book "
                + "\((sample.files["book.sqlite"] ?? 0) >> 20) MiB, log \((sample.files["book.sqlite-wal"] ?? 0) >> 20) MiB, "
                + "ms p50/p99/max: reads \(milliseconds("reads")), writes \(milliseconds("writes")), "
                + "probes \(milliseconds("probe reads")), \(milliseconds("probe writes"))\(longest)")
    }

    private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// A copy of the book now and then.
struct SoakBackups {
    static let name = "a backup"
    let scene: SoakScene
    let watch: SoakWatch
    let settings: SoakSettings

    func run() {
        let path = settings.folder + "/copy.sqlite"
        while let life = scene.awaitLife() {
            scene.rest(seconds: Double(settings.backupSeconds))
            guard !scene.isOver, scene.life == life else { continue }
            do {
                let answer = try watch.during(Self.name) {
                    try PlainConnection(path: scene.socket, answerSecondsMax: 600).request(
                        "POST", "/v1/backup", Array(#"{"path":"\#(path)","reason":"soak"}"#.utf8))
                }
                if !answer.isDone {
                    scene.noteTrouble(
                        "a backup was answered \(answer.status): \(String(decoding: answer.body, as: UTF8.self))")
                }
            } catch {
                if scene.life == life, !scene.isOver { scene.noteTrouble("a backup: \(error)") }
            }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
