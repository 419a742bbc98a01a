// The daemon itself: health, status, the fleet in force, metrics, the clock and the copy of the book.

import ControlAPI
import HTTPTypes

extension Route {
    static let service: [Route] = [
        Route(
            "liveness", .get, Routes.liveness, "Whether the process lives.", for: Audiences.all,
            answers: .ok(HealthAnswer.self, "It lives"), StatusHandlers.healthy),
        Route(
            "readiness", .get, Routes.readiness, "Whether the daemon has recovered and takes changes.",
            for: Audiences.all, answers: .ok(HealthAnswer.self, "It does; 503 while it does not"), StatusHandlers.ready),
        Route(
            "status", .get, Routes.status,
            "The daemon and the fleet at a glance: leases by state, watts, the journal, the clock, alerts.",
            for: Audiences.provider, answers: .ok(StatusAnswer.self), StatusHandlers.status),
        Route(
            "fleet", .get, Routes.fleet, "The fleet in force, site by site.", for: Audiences.provider,
            answers: .ok(FleetAnswer.self), StatusHandlers.fleet),
        Route(
            "fleetCaps", .get, Routes.fleetCaps, "What each cap gives and takes, for each platform of the fleet.",
            for: Audiences.provider, answers: .ok(CapTable.self), CapHandlers.table),
        Route(
            "verify", .get, Routes.verify, "Check the rules on the live book.", for: Audiences.readers,
            answers: .ok(VerifyAnswer.self), StatusHandlers.verify),
        Route(
            "metrics", .get, Routes.metrics, "Figures in Prometheus' text form.", for: Audiences.provider,
            answers: .ok([.text(MediaTypes.metrics)], "The figures"), MetricsHandlers.metrics),
        Route(
            "describe", .get, Routes.openAPI, "This document.", for: Audiences.all,
            answers: .ok(JSONNode.self, headers: [.entityTag], "The document")
                .or(.notModified(headers: [.entityTag])), DescriptionHandlers.show),
        Route(
            "backUp", .post, Routes.backup,
            "Write a consistent copy of the book to a path on the daemon's machine where nothing is yet.",
            for: Audiences.operators, takes: .json(BackupRequest.self),
            answers: .created(BackupAnswer.self, "The copy is written"), refusals: [.inUse, .journalFull],
            effect: Effect.beside, StatusHandlers.backup),
        Route(
            "reload", .post, Routes.reload,
            "Read the settings, the fleet file and the certificates again; all of it comes into force, or none.",
            for: Audiences.operators, takes: .json(ReasonRequest.self), answers: .ok(ReloadAnswer.self),
            refusals: [.reloadRefused, .wrongState], effect: Effect.beside, ReloadHandlers.reload),
        Route(
            "upgrade", .get, Routes.upgrade,
            "The format level at which the book is written, which releases read it, and what waits for the daemon's own.",
            for: Audiences.provider, answers: .ok(UpgradeAnswer.self), UpgradeHandlers.status),
        Route(
            "finaliseUpgrade", .post, Routes.finaliseUpgrade,
            "Write the book at the daemon's format level from now on; releases before it then refuse the book.",
            for: Audiences.operators, takes: .json(ReasonRequest.self), answers: .ok(UpgradeAnswer.self),
            UpgradeHandlers.finalise),
        Route(
            "confirmClock", .post, Routes.confirmClock,
            "Confirm the wall clock after a jump that no downtime explains.",
            for: Audiences.operators, query: [.reason], answers: .ok(ClockStatus.self), StatusHandlers.confirmClock),
        Route(
            "freezeTime", .post, Routes.freeze,
            "Let nothing start or end by time until an operator says otherwise.", for: Audiences.operators,
            takes: .json(ReasonRequest.self), answers: .ok(ClockStatus.self), FreezeHandlers.freeze),
        Route(
            "unfreezeTime", .post, Routes.unfreeze, "Let time go on; what is overdue happens in its order.",
            for: Audiences.operators, takes: .json(ReasonRequest.self), answers: .ok(ClockStatus.self),
            FreezeHandlers.unfreeze),
    ]
}
