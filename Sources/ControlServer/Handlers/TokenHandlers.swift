// Bearer tokens: made, listed and revoked by their owners and by operators.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import Scheduling

enum TokenHandlers {
    /// How long a token lives that says nothing of it.
    private static let daysUsual: Int64 = 90

    // MARK: A tenant's own

    static func listOwn(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let tenant = try TenantHandlers.visibleTenant(exchange, in: view)
        return try page(view.book.tokens(of: .tenant(tenant.name)), view, exchange)
    }

    static func makeOwn(_ exchange: Exchange) async throws -> Response {
        let tenant = try TenantHandlers.visibleTenant(exchange, in: exchange.scheduler.view)
        let body = try await exchange.body()
        let request = try exchange.decode(TokenRequest.self, from: body)
        guard request.role == nil else {
            throw Problem(.badRequest, detail: "a tenant's token has no other role", pointer: "/role")
        }
        return try await make(request, .tenant(tenant.name), body, exchange)
    }

    static func revokeOwn(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let tenant = try TenantHandlers.visibleTenant(exchange, in: view)
        guard let token = view.book.token(id: try exchange.parameter("id")), token.owner == .tenant(tenant.name) else {
            throw notFound
        }
        return try await revoke(token, exchange)
    }

    // MARK: All

    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let owner = exchange.query["owner"]
        var tokens: [AccessToken] = []
        view.book.forEachToken { token in
            if owner == nil || token.owner.name == owner { tokens.append(token) }
            return true
        }
        return try page(tokens, view, exchange)
    }

    static func make(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(TokenRequest.self, from: body)
        guard let role = request.role else {
            throw Problem(
                .badRequest,
                detail: "a token here is an auditor's or an actuator's; a tenant's is made under the tenant",
                pointer: "/role", expected: "auditor or actuator")
        }
        return try await make(request, role == .auditor ? .auditor : .actuator, body, exchange)
    }

    static func revoke(_ exchange: Exchange) async throws -> Response {
        guard let token = exchange.scheduler.view.book.token(id: try exchange.parameter("id")) else { throw notFound }
        return try await revoke(token, exchange)
    }

    // MARK: What they share

    private static func make(
        _ request: TokenRequest, _ owner: TokenOwner, _ body: [UInt8], _ exchange: Exchange
    ) async throws -> Response {
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let secret = TokenText.make()
        let plain = TokenText.digest(of: secret)!
        // A book that the release before still reads has no place for a pepper; `berth upgrade status` says so.
        let settings = exchange.services.live.settings
        let pepper = exchange.scheduler.view.book.takesPeppers ? settings.pepper : nil
        guard pepper != nil || !settings.requiresPepper else {
            throw Problem(
                .notFinalised,
                detail:
                    "tokens must be made under the pepper (tokens.requirePepper), for which a book that the release before "
                    + "still reads has no place; see berth upgrade status")
        }
        let order = TokenOrder(
            owner: owner, name: request.name, scopes: scopes(request, owner, exchange),
            digest: pepper?.digest(of: plain) ?? plain, lifeSeconds: try life(request, exchange),
            parent: exchange.caller.token?.number, pepper: pepper?.id)
        let (outcome, view, _) = try await exchange.submit(.makeToken(order), context)
        let made = view.book.tokens(of: owner).last { token in
            outcome.isRepeated ? token.name == request.name : outcome.tokens == [token.number]
        }
        guard let made else { throw notFound }
        // A repeated request is told of its token; the secret was shown once.
        let answer = answer(made, view.book, exchange, secret: outcome.isRepeated ? nil : secret)
        var headers = HTTPFields()
        headers[.cacheControl] = "no-store"
        return exchange.answer(answer, .created, view: view, headers: headers)
    }

    /// What is asked for; left out, all but making tokens, as far as who asks has it.
    private static func scopes(_ request: TokenRequest, _ owner: TokenOwner, _ exchange: Exchange) -> TokenScopes {
        guard let asked = request.scopes else {
            let usual: TokenScopes = owner == .auditor ? [.read] : [.read, .request, .report]
            return exchange.caller.token.map { usual.intersection($0.scopes) } ?? usual
        }
        return asked.reduce(into: []) { scopes, name in
            if let scope = TokenScopes.named.first(where: { $0.name == name.rawValue }) { scopes.insert(scope.scope) }
        }
    }

    private static func life(_ request: TokenRequest, _ exchange: Exchange) throws -> Int64 {
        let most = Int64(exchange.services.limits.tokenDays) * 86_400
        guard let asked = request.expiresIn?.seconds else {
            let left = exchange.caller.token.map { $0.expiresAt - exchange.scheduler.now } ?? .max
            return max(1, min(Self.daysUsual * 86_400, most, left))
        }
        guard asked <= most else {
            throw Problem(
                .badRequest, detail: "a token lives at most \(exchange.services.limits.tokenDays) days",
                pointer: "/expiresIn", expected: "at most \(exchange.services.limits.tokenDays)d")
        }
        return asked
    }

    private static func revoke(_ token: AccessToken, _ exchange: Exchange) async throws -> Response {
        let context = try exchange.commandContext(reason: exchange.query["reason"], body: [])
        // A token revokes what it could have made.
        if let own = exchange.caller.token, !token.scopes.isSubset(of: own.scopes) {
            throw Problem(.forbidden, detail: "the token may do more than the one that revokes it")
        }
        let (_, view, _) = try await exchange.submit(.revokeToken(token.number), context)
        let revoked = view.book.token(id: view.book.tokenID(token.number)) ?? token
        return exchange.answer(answer(revoked, view.book, exchange), view: view)
    }

    private static var notFound: Problem { Problem(.notFound, detail: "there is no such token") }

    private static func page(
        _ tokens: [AccessToken], _ view: PublishedView, _ exchange: Exchange
    ) throws -> Response {
        let (limit, start) = (try exchange.limit(), Int(clamping: try exchange.cursor()))
        let page = tokens.dropFirst(start).prefix(limit)
        let next = start + page.count
        let revision = exchange.role == .operator || exchange.role == .auditor ? view.revision : 0
        let cursor = next < tokens.count ? Cursor(revision: revision, next: UInt64(next)).text : nil
        let answers = page.map { answer($0, view.book, exchange) }
        return exchange.answer(TokenList(tokens: answers, cursor: cursor), view: view)
    }

    private static func pepperUse(of token: AccessToken, _ exchange: Exchange) -> TokenPepperUse? {
        let holds = exchange.services.live.settings.holds(token)
        return token.pepper == nil ? (holds ? nil : .missing) : (holds ? .current : .other)
    }

    private static func answer(
        _ token: AccessToken, _ book: Book, _ exchange: Exchange, secret: String? = nil
    ) -> TokenAnswer {
        let state: TokenState =
            token.revokedAt != nil ? .revoked : token.isLive(at: exchange.scheduler.now) ? .live : .expired
        let seesMaker = exchange.role == .operator || exchange.role == .auditor
        return TokenAnswer(
            id: book.tokenID(token.number), owner: token.owner.name, name: token.name, state: state,
            scopes: token.scopes.names.compactMap { TokenScope(rawValue: $0) }, createdAt: Timestamp(token.madeAt),
            createdBy: seesMaker ? token.madeBy : nil, expiresAt: Timestamp(token.expiresAt),
            revokedAt: token.revokedAt.map { Timestamp($0) },
            lastUsed: exchange.services.tokenUse.hour(of: token.number).map { Timestamp($0) },
            pepper: pepperUse(of: token, exchange),
            token: secret)
    }
}
