// Reads settings, fleet and certificates again while the daemon serves: all of it comes into force, or none.

import ControlAPI
import ControlServer
import DaemonLog
import FleetModel
import Foundation
import Leasing
import Logging
import Scheduling
import Supervision
import Synchronization
import Telemetry

/// Carries out reloads, one at a time. Everything is read and checked first; the one step that may still be refused, the fleet,
/// comes before those that cannot.
final class Reloader: Sendable {
    private let source: SettingsSource
    private let passed: [PassedSocket]
    private let tls: TLSIdentity?
    private let live: LiveSettings
    private let observatory: Observatory
    private let scheduler: Scheduler
    private let status: StatusTeller
    private let logLevel: LogLevel
    private let logger: Logger
    /// As the start read them.
    private let started: Settings
    private let isAtWork = Mutex(false)

    init(
        source: SettingsSource, started: Settings, passed: [PassedSocket], tls: TLSIdentity?, live: LiveSettings,
        observatory: Observatory, scheduler: Scheduler, status: StatusTeller, logLevel: LogLevel,
        logger: Logger
    ) {
        self.source = source
        self.started = started
        self.passed = passed
        self.tls = tls
        self.live = live
        self.observatory = observatory
        self.scheduler = scheduler
        self.status = status
        self.logLevel = logLevel
        self.logger = logger
    }

    /// Reloads, and tells the service manager of it.
    ///
    /// - Throws: ``Problem``: nothing has changed, but that the status says why.
    func reload(_ order: ReloadOrder) async throws(Problem) -> ReloadAnswer {
        let isFirst = isAtWork.withLock { isAtWork in
            defer { isAtWork = true }
            return !isAtWork
        }
        guard isFirst else {
            throw Problem(.wrongState, detail: "a reload is under way; wait for it and try again")
        }
        defer { isAtWork.withLock { $0 = false } }
        status.tellReloading()
        do {
            let answer = try await carryOut(order)
            logger.log(
                .reloaded, "reloaded", metadata: ["actor": "\(order.actor)", "needsRestart": "\(answer.needsRestart)"])
            tellEnd(nil)
            return answer
        } catch {
            logger.log(
                .reloadRefused, "the new configuration cannot be used; the one before it stays",
                metadata: ["actor": "\(order.actor)", "why": "\(error)"])
            tellEnd("\(error)")
            throw Problem(.reloadRefused, detail: "\(error)")
        }
    }

    private func tellEnd(_ refusal: String?) {
        live.note(refusal.map { ReloadRefusal(at: Timestamp(epochSeconds: scheduler.now), detail: $0) })
        status.tellReady()
    }

    private func carryOut(_ order: ReloadOrder) async throws -> ReloadAnswer {
        let settings = try await source.read()
        let service = try settings.serviceSettings(logger)
        try settings.checkOperators(in: service.callerRules)
        let (readingRules, alertRules) = (try settings.readingRules(), try settings.alertRules())
        let level = try settings.loggerLevel()
        _ = try settings.listeners(tls: tls, passed: passed)
        try checkNextIdentity(settings)
        let fleet = try FleetAdoption.load(settings.fleetFile)
        let certificate = try prepareCertificate()
        let context = CommandContext(
            actor: Leasing.Actor(name: order.actor, role: order.role), reason: order.reason,
            requestID: order.requestID, now: 0)
        let adoption = FleetAdoption(scheduler: scheduler, logger: logger)
        let proposal = await adoption.propose(fleet, from: settings.fleetFile, context)
        live.note(proposal)
        if let proposal, !proposal.accepted { throw StartFailure(proposal.detail) }
        live.set(service)
        PepperFile.tell(scheduler.view.book, service, at: scheduler.now, logger)
        logLevel.set(level)
        observatory.set(readingRules, alertRules)
        if let certificate { take(certificate) }
        return ReloadAnswer(
            fleetVersion: scheduler.view.book.fleetVersion, fleetChanged: proposal != nil,
            certificateExpiresAt: tls.map { Timestamp(epochSeconds: $0.state.notAfter) },
            needsRestart: started.needingRestart(in: settings))
    }

    /// Files of TLS that the next start will take are tried now: it must not be the start that finds them wrong.
    private func checkNextIdentity(_ settings: Settings) throws {
        guard settings.namesOtherIdentity(than: started) else { return }
        _ = try settings.tlsIdentity(isNeeded: passed.contains { $0.name == .tcp })
    }

    private func prepareCertificate() throws -> TLSIdentity.Prepared? {
        do {
            return try tls?.prepare(now: scheduler.clock.wallSeconds)
        } catch {
            throw StartFailure("the new certificate cannot be used: \(error)")
        }
    }

    private func take(_ certificate: TLSIdentity.Prepared) {
        guard let tls, tls.take(certificate) else { return }
        CertificateReloader.tellTaken(tls.state, logger)
    }
}
