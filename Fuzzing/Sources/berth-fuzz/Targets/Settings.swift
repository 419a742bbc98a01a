// The daemon's configuration.

import Foundation
import Logging

@testable import ControlServer

#if canImport(DaemonFiles)
    @testable import DaemonFiles
#else
    @testable import berthd
#endif

extension FuzzTarget {
    static let settings = FuzzTarget(
        "settings", "the daemon's configuration",
        words: {
            let words = SampleSettings.all.flatMap { $0.text.split { !$0.isLetter && !$0.isNumber && $0 != "." } }
            return Set(words.map(String.init)).filter { $0.utf8.count <= 30 }.sorted()
        },
        seeds: { SampleSettings.all.map { ($0.name, Array($0.text.utf8)) } }
    ) { bytes in
        ScratchFile.with(bytes, "yaml") { path in
            do {
                let settings = try Blocking.value { try await Settings.read(file: path) }
                check(settings)
            } catch {
                say(error)
            }
        }
        return true
    }

    /// Each of them throws what is wrong with it.
    private static func check(_ settings: Settings) {
        let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
        let checks: [() throws -> Void] = [
            { _ = try settings.readingRules() }, { _ = try settings.eventPatience() },
            { _ = try settings.faultRules() }, { _ = try settings.alertRules() },
            { _ = try settings.certificateRules() }, { _ = try settings.serverLimits() },
            { _ = try settings.loggerLevel() }, { _ = try settings.listeners(tls: nil, passed: []) },
            { _ = try settings.roleRules(logger) },
        ]
        for check in checks { do { try check() } catch { say(error) } }
        _ = (settings.identityPath, settings.needingRestart(in: Settings()))
    }
}

/// Waits for what is asynchronous.
enum Blocking {
    private final class Box<Value: Sendable>: @unchecked Sendable {
        // Written by the task before it signals, read by whoever waits after that.
        var result: Result<Value, any Error>?
    }

    static func value<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let (box, done) = (Box<Value>(), DispatchSemaphore(value: 0))
        Task {
            do { box.result = .success(try await body()) } catch { box.result = .failure(error) }
            done.signal()
        }
        done.wait()
        guard let result = box.result else { fatalError("a task that is done has a result") }
        return try result.get()
    }
}

enum SampleSettings {
    static let all: [(name: String, text: String)] = [("everything", everything)]

    private static let everything = """
        fleet: {file: config/fleets/small.yaml}
        state: {directory: var/state, identityFile: var/book-id}
        socket: {path: var/berth.sock}
        audit: {keyFile: var/key}
        tokens: {pepperFile: "credential:pepper"}
        roles:
          operators: ["user:self", "user:root", "group:0"]
          auditors: ["user:65533"]
          actuators: []
          tenants: ["user:1001=acme", "group:users=rival"]
          certificates: ["spiffe://berth.example/tenant/{tenant}=tenant:{tenant}", "subject:CN=auditor.example=auditor"]
          tcpOperators: false
        telemetry: {freshSeconds: 120, raisePercent: 95, clearPercent: 90}
        approvals: {loadTargetSeconds: 3600}
        faults: {tenants: act, telemetry: propose}
        events: {bookmarkSeconds: 30, stallSeconds: 60}
        tcp:
          addresses: ["0.0.0.0:7411", "[::1]:7412"]
          certificateFile: cert.pem
          keyFile: key.pem
          clientCAFile: ca.pem
          clientCertificates: optional
          plainLoopback: "127.0.0.1:7413"
        limits: {connections: 1000, connectionsPerUser: 100, idleSeconds: 60, searchesPerMinute: 60, tokenDays: 90}
        numa: {node: 0}
        log: {level: debug}

        """
}
