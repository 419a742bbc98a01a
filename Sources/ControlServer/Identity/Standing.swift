// Whether a caller whose request goes on is still who it was: its token may end, and a reload may give its role to others.

import ControlAPI
import Leasing
import Scheduling

/// As whom a request that takes long was let in.
struct Standing: Sendable {
    let role: Role
    /// The token that was shown; nil where the connection shows who it is.
    let token: AccessToken?
    let connection: Connection
    /// The rules by which the connection was judged, by their number.
    let rules: UInt64
}

extension Exchange {
    /// As whom this request was let in.
    var standing: Standing {
        Standing(
            role: caller.role, token: caller.token, connection: context.connection, rules: caller.rules)
    }
}

extension Authenticator {
    /// Whether a caller would be let in again as who it was. O(1) while nothing has changed.
    func stillCounts(_ standing: Standing) -> Bool {
        if let token = standing.token {
            guard token.pepper == nil || live.settings.holds(token) else { return false }
            return scheduler.view.book.token(digest: token.digest)?.isLive(at: scheduler.now) ?? false
        }
        if standing.rules == live.rulesNumber { return true }
        return (try? caller(of: standing.connection))?.role == standing.role
    }

    /// What is answered to somebody who is no longer let in as who it was.
    static func ended(_ standing: Standing) -> Problem {
        guard standing.token == nil else { return unknownToken }
        return Problem(
            .forbidden, detail: "a reload of the daemon has changed who you are here; \(standing.role) is no longer it")
    }
}
