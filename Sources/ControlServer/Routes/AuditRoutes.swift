// The audit log, its heads and proofs, and the record of reads.

import ControlAPI
import HTTPTypes

extension Route {
    private static let auditedTenant = QueryParameter(
        "tenant", .name, "The log of this tenant; absent: the book's, and to a tenant its own.")
    private static let size = QueryParameter(
        "size", .integer(0...Int.max), "At this size of the log; absent: the present one.")

    /// As ``EventQuery`` reads it.
    private static let eventPlace = "^([0-9]+-)?[0-9]+$"

    static let events: [Route] = [
        Route(
            "streamEvents", .get, Routes.events,
            "Accepted changes as they become durable: a line of JSON for each, or server-sent events.",
            for: Audiences.holders,
            query: [
                QueryParameter(
                    "after", .pattern(eventPlace),
                    "Begin after this change, with its epoch in front (`1-42`) or without; absent: with what comes next, "
                        + "or without following from the first."),
                QueryParameter("follow", .flag, "Whether to go on with what comes; absent: true."),
                QueryParameter(
                    "wait", .duration,
                    "How long to follow, at most \(WireLimits.waitSecondsMax) s; absent: without end."),
                QueryParameter(
                    "limit", .integer(1...EventQuery.limitMax), "After how many lines to end; absent: never."),
                QueryParameter(
                    "tenant", .name, "Only what is about this tenant; a tenant sees its own and names no other."),
                QueryParameter("kind", .text, "Only these kinds, or beginnings of some, separated by commas."),
            ],
            answers: .ok(
                [.text(MediaTypes.ndjson), .text(MediaTypes.eventStream)],
                "A stream without an end; the second form for `Accept: text/event-stream`"),
            refusals: [.notFound, .historyGone, .overloaded], EventHandlers.stream)
    ]

    static let audit: [Route] = [
        Route(
            "listAuditEntries", .get, Routes.audit, "Accepted changes in the order of their numbers.",
            for: Audiences.holders,
            query: [
                QueryParameter("after", .integer(0...Int.max), "Only entries after this number."), .limit,
                auditedTenant,
                QueryParameter(
                    "stored", .flag, "With the bytes that leaves are made of; not for a tenant, whose leaves are texts."
                ),
            ], answers: .ok(AuditEntryList.self), refusals: [.notFound], AuditHandlers.list),
        Route(
            "auditHead", .get, Routes.auditHead, "The signed head of a log.", for: Audiences.holders,
            query: [auditedTenant, size], answers: .ok(AuditHeadAnswer.self), refusals: [.notFound],
            AuditHandlers.head),
        Route(
            "auditProof", .get, Routes.auditProof, "That an entry stands in a log.", for: Audiences.holders,
            query: [
                QueryParameter("number", .integer(0...Int.max), "Which entry.", isRequired: true), auditedTenant, size,
            ], answers: .ok(AuditProof.self), refusals: [.notFound], AuditHandlers.proof),
        Route(
            "auditConsistency", .get, Routes.auditConsistency, "That a log has only grown since an earlier size.",
            for: Audiences.holders,
            query: [
                QueryParameter("from", .integer(0...Int.max), "The earlier size.", isRequired: true),
                QueryParameter("to", .integer(0...Int.max), "The later size; absent: the present one."), auditedTenant,
            ], answers: .ok(AuditConsistency.self), refusals: [.notFound], AuditHandlers.consistency),
        Route(
            "listAccess", .get, Routes.auditAccess, "Who has read what a tenant holds, hour by hour, newest first.",
            for: Audiences.holders,
            query: [
                .tenant, QueryParameter("since", .time, "Only hours that end after this time."), .limit,
            ], answers: .ok(AccessList.self), refusals: [.notFound], AccessHandlers.list),
    ]
}
