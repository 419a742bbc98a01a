// What a tenant's poll asks, read and allowed once.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import Scheduling

/// One poll, as its caller may make it. An object: its connection keeps it for the next time and while it waits.
final class Poll: Sendable {
    let tenant: String
    /// The caller, as the record of access names it.
    let reader: AccessReader
    /// The index that the caller knows, when it named one.
    let known: UInt64?
    /// How long it waits for another index, in seconds; 0 when it does not.
    let waitSeconds: Int64
    /// The answers that the caller has.
    let tags: EntityTags
    let takesGzip: Bool
    /// Whether the answer tells the book's revision.
    let seesRevision: Bool
    /// As whom the caller was let in, which may end while it waits.
    let standing: Standing

    /// Reads a poll of a tenant that the caller may see.
    ///
    /// - Throws: a ``Problem`` when there is none, and when the query is wrong.
    init(_ exchange: Exchange) throws {
        let known = try exchange.query("index", "a number") { UInt64($0) }
        waitSeconds = try exchange.waitSeconds()
        tenant = try TenantHandlers.visibleTenant(exchange, in: exchange.scheduler.view).name
        self.known = known == 0 ? nil : known
        standing = exchange.standing
        reader = AccessReader(actor: exchange.caller.actorName, role: exchange.role)
        tags = EntityTags(exchange.request.headers[values: .ifNoneMatch])
        seesRevision = exchange.role == .operator || exchange.role == .auditor
        takesGzip = AcceptedEncodings.takeGzip(exchange.request.headers[values: .acceptEncoding])
    }

    /// Whether it waits while the tenant's answer has this index.
    func waits(at index: UInt64) -> Bool { waitSeconds > 0 && known == index }
}

/// `Accept-Encoding`, as far as it is about gzip.
enum AcceptedEncodings {
    static func takeGzip(_ fields: [String]) -> Bool {
        fields.contains { field in
            field.split(separator: ",").contains { item in
                let parts = item.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
                guard let name = parts.first, name.lowercased() == "gzip" || name == "*" else { return false }
                return !parts.dropFirst().contains { weight in
                    weight.lowercased().hasPrefix("q=") && Double(weight.dropFirst(2)) == 0
                }
            }
        }
    }
}

extension Substring {
    /// Without spaces and tabs around it.
    var trimmed: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}

extension Exchange {
    /// How long `?wait=` lets a poll wait, in seconds; 0 when it is not given.
    func waitSeconds() throws -> Int64 {
        let wait = try query("wait", "a duration like 60s, at most 300s") { WireDuration($0)?.seconds } ?? 0
        return min(wait, Int64(WireLimits.waitSecondsMax))
    }

    /// Waits as long as `?wait=` says for a change of an answer that is still the one that the caller knows.
    func waitForChange(of name: String, isStillCurrent: @escaping @Sendable () -> Bool) async throws {
        let seconds = try waitSeconds()
        guard seconds > 0 else { return }
        await RequestTurn.wait(
            for: name, seconds: seconds, context.work, services.polls, isStillCurrent: isStillCurrent)
        guard services.authenticator.stillCounts(standing) else { throw Authenticator.ended(standing) }
    }
}
