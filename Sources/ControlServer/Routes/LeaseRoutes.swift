// Leases: asking for them, reading them, changing and ending them, handing them over.

import ControlAPI
import HTTPTypes

extension Route {
    static let leases: [Route] = [
        Route(
            "listLeases", .get, Routes.leases, "Leases in the order in which they were granted.",
            for: Audiences.holders,
            query: [.tenant, QueryParameter("state", LeaseState.self, "Only leases in this state.")]
                + QueryParameter.page, answers: .ok(LeaseList.self), refusals: [.notFound], LeaseHandlers.list),
        Route(
            "requestLease", .post, Routes.leases,
            "Request a lease; with a recurrence, one for each window of a rule. All of it is granted, or nothing.",
            for: Audiences.requesters, query: [.dryRun], takes: .json(LeaseRequest.self),
            answers: .ok(
                [.json(LeaseAnswer.self), .json(LeaseSeriesAnswer.self)], "What `dryRun=plan` would be answered"
            )
            .or(.created([.json(LeaseAnswer.self), .json(LeaseSeriesAnswer.self)], headers: [.location], "Granted")),
            refusals: [.notFound, .noCapacity, .quotaExceeded, .planOvertaken], LeaseHandlers.create),
        Route(
            "releaseSeries", .delete, Routes.leases, "Cancel or release every lease of a series.",
            for: Audiences.requesters,
            query: [
                QueryParameter("series", .name, "Which series.", isRequired: true), .tenant, .reason,
            ], answers: .ok(LeaseSeriesAnswer.self), refusals: [.notFound], SeriesHandlers.release),
        Route(
            "requestLeases", .post, Routes.leaseBatch,
            "Request many leases: all or none when `atomic`, else an answer for each.", for: Audiences.requesters,
            takes: .batch(LeaseBatchRequest.self),
            answers: .created(LeaseBatchAnswer.self, "All are granted, being `atomic`")
                .or(.ok(LeaseBatchAnswer.self, "A lease or a problem for each")),
            refusals: [.noCapacity, .quotaExceeded, .planOvertaken], LeaseHandlers.createBatch),
        Route(
            "importLeases", .post, Routes.imports,
            "Take over tenants that run: bind them to the hardware that they hold, all of it or nothing.",
            for: Audiences.operators, query: [.dryRun], takes: .batch(ImportRequest.self),
            answers: .created(LeaseBatchAnswer.self).or(
                .ok(LeaseBatchAnswer.self, "What `dryRun=plan` finds of each lease")),
            refusals: [.noCapacity, .quotaExceeded], ImportHandlers.run),
        Route(
            "findOffers", .post, Routes.offers,
            "When, where and at what price something fits, over ranges of start, length and cap. Holds nothing.",
            for: Audiences.requesters, takes: .json(OfferRequest.self), answers: .ok(OfferList.self),
            refusals: [.noCapacity, .quotaExceeded, .clauseForbids], effect: Effect.none, OfferHandlers.create),
        Route(
            "lease", .get, Routes.leasePattern, "One lease.", for: Audiences.holders, answers: .ok(LeaseAnswer.self),
            LeaseHandlers.show),
        Route(
            "releaseLease", .delete, Routes.leasePattern, "Cancel a lease before its start, release it after.",
            for: Audiences.requesters, query: [.reason], answers: .ok(LeaseAnswer.self), LeaseHandlers.release),
        Route(
            "leaseAllocation", .get, Routes.leaseAllocationPattern,
            "Every node of a lease with its GPUs, NVLink partition, MIG instances, NUMA nodes, CPUs, NICs and cap.",
            for: Audiences.all,
            query: [QueryParameter("format", AllocationFormat.self, "In which form; absent: json.")],
            answers: .ok(
                [.json(AllocationAnswer.self), .json(KubernetesAffinity.self), .text(MediaTypes.text)],
                "The nodes; text for `hostlist`, `plain`, `slurm` and `ansible`, a pod's affinity for `kubernetes`"),
            refusals: [.wrongState], AllocationHandlers.show),
        Route(
            "listNotices", .get, Routes.notices, "What tenants must know by when, the soonest first.",
            for: Audiences.holders, query: QueryParameter.page, answers: .ok(NoticeList.self), NoticeHandlers.list),
        Route(
            "acknowledgeNotice", .post, Routes.noticeAckPattern, "Say that a notice has been read.",
            for: Audiences.requesters, query: [.reason], answers: .ok(NoticeAnswer.self), NoticeHandlers.acknowledge),
    ]

    static let leaseChanges: [Route] = [
        Route(
            "amendLease", .post, Routes.leaseAmendmentsPattern,
            "Extend, shorten, grow, shrink, re-cap or ramp a lease: whole or not at all.", for: Audiences.requesters,
            query: [.dryRun], takes: .json(AmendmentRequest.self), answers: .ok(LeaseAnswer.self),
            refusals: [.noCapacity, .quotaExceeded], isGuarded: true, AmendmentHandlers.amend),
        Route(
            "listReclaims", .get, Routes.leaseReclaimPattern, "Notices of reclaim or cancellation on a lease.",
            for: Audiences.holders, query: QueryParameter.page, answers: .ok(ReclaimList.self), ReclaimHandlers.list),
        Route(
            "serveReclaim", .post, Routes.leaseReclaimPattern,
            "Take capacity back under a clause, or cancel a lease as its tenant.", for: Audiences.requesters,
            query: [.dryRun], takes: .json(ReclaimRequest.self),
            answers: .created(ReclaimAnswer.self, "The notice is served")
                .or(.ok(ReclaimAnswer.self, "The notice that `dryRun=plan` would serve, and what it costs"))
                .or(.accepted(ReclaimAnswer.self, "It waits for a second operator's approval")),
            ReclaimHandlers.serve),
        Route(
            "withdrawReclaim", .delete, Routes.leaseReclaimPattern, "Withdraw the last notice on a lease.",
            for: Audiences.requesters, query: [.requiredReason], answers: .ok(ReclaimAnswer.self),
            ReclaimHandlers.withdraw),
        Route(
            "nominate", .post, Routes.leaseNominationPattern,
            "Say which nodes shall go first of what a notice takes back.", for: Audiences.tenants,
            takes: .json(NominationRequest.self), answers: .ok(ReclaimAnswer.self), ReclaimHandlers.nominate),
        Route(
            "listGuards", .get, Routes.leaseGuardsPattern, "What may be done to a lease, and which clause says so.",
            for: Audiences.holders, query: QueryParameter.page, answers: .ok(GuardList.self), ReclaimHandlers.guards),
        Route(
            "splitLease", .post, Routes.leaseSplitPattern, "Make a share of a lease a lease of its own.",
            for: Audiences.requesters, query: [.dryRun], takes: .json(LeaseSplitRequest.self),
            answers: .created(LeaseSplitAnswer.self).or(.ok(LeaseSplitAnswer.self, "What `dryRun=plan` would give")),
            TransferHandlers.split),
        Route(
            "listTransfers", .get, Routes.transfers, "Open transfers in the order in which they were offered.",
            for: Audiences.holders, query: QueryParameter.page, answers: .ok(TransferList.self), TransferHandlers.list),
        Route(
            "proposeTransfer", .post, Routes.transfers, "Offer a lease, or a share of one, to another tenant.",
            for: Audiences.requesters, takes: .json(TransferRequest.self), answers: .created(TransferAnswer.self),
            refusals: [.notFound, .quotaExceeded], TransferHandlers.propose),
        Route(
            "transfer", .get, Routes.transferPattern, "One open transfer.", for: Audiences.holders,
            answers: .ok(TransferAnswer.self), TransferHandlers.show),
        Route(
            "answerTransfer", .post, Routes.transferPattern, "Agree to a transfer, or decline it.",
            for: Audiences.requesters, takes: .json(TransferReplyRequest.self), answers: .ok(TransferAnswer.self),
            refusals: [.quotaExceeded], TransferHandlers.respond),
        Route(
            "withdrawTransfer", .delete, Routes.transferPattern, "Withdraw a transfer.", for: Audiences.requesters,
            query: [.requiredReason], answers: .ok(TransferAnswer.self), TransferHandlers.withdraw),
    ]

    static let subleases: [Route] = [
        Route(
            "listSubleases", .get, Routes.subleases, "Sub-leases in the order in which they were offered.",
            for: Audiences.holders,
            query: [
                QueryParameter(
                    "state", .words(["offered", "active", "over"]),
                    "Only sub-leases in this state; absent: those that are offered or active.")
            ] + QueryParameter.page, answers: .ok(SubleaseList.self), SubleaseHandlers.list),
        Route(
            "proposeSublease", .post, Routes.subleases, "Offer to let a lease, or a share of one, to another tenant.",
            for: Audiences.requesters, takes: .json(SubleaseRequest.self), answers: .created(SubleaseAnswer.self),
            refusals: [.notFound], SubleaseHandlers.propose),
        Route(
            "sublease", .get, Routes.subleasePattern, "One sub-lease.", for: Audiences.holders,
            answers: .ok(SubleaseAnswer.self), SubleaseHandlers.show),
        Route(
            "answerSublease", .post, Routes.subleasePattern, "Agree to a sub-lease, or decline it.",
            for: Audiences.requesters, takes: .json(SubleaseReplyRequest.self), answers: .ok(SubleaseAnswer.self),
            SubleaseHandlers.respond),
        Route(
            "endSublease", .delete, Routes.subleasePattern, "Withdraw an offer, hand back what was let, or end it.",
            for: Audiences.requesters, query: [.requiredReason], answers: .ok(SubleaseAnswer.self), SubleaseHandlers.end
        ),
        Route(
            "subleaseAllocation", .get, Routes.subleaseAllocationPattern,
            "Every node of a sub-lease, as of a lease.", for: Audiences.all,
            query: [QueryParameter("format", AllocationFormat.self, "In which form; absent: json.")],
            answers: .ok(
                [.json(AllocationAnswer.self), .json(KubernetesAffinity.self), .text(MediaTypes.text)],
                "The nodes; text for `hostlist`, `plain`, `slurm` and `ansible`, a pod's affinity for `kubernetes`"),
            refusals: [.wrongState], SubleaseHandlers.allocation),
    ]
}
