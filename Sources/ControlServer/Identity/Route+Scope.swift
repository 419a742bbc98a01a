// Which scope a token needs for a route.

import ControlAPI
import HTTPTypes
import Leasing

extension Route {
    /// What is reported rather than asked for.
    private static let reportPatterns: Set<String> = [
        Routes.tenantFaultsPattern, Routes.noticeAckPattern, Routes.orders, Routes.telemetry, Routes.nodesIdentify,
        Routes.nodes(.fault), Routes.nodes(.cleaned), Routes.nodes(.validated),
    ]
    private static let tokenPatterns: Set<String> = [
        Routes.tenantTokensPattern, Routes.tenantTokenPattern, Routes.tokens, Routes.tokenPattern,
    ]

    /// The scope that a token must have. Reading needs one, and every change another.
    var scope: TokenScopes {
        if method == .get { return .read }
        if Self.tokenPatterns.contains(pattern) { return .tokens }
        return Self.reportPatterns.contains(pattern) ? .report : .request
    }
}
