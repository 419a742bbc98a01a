// Bearer tokens.

public import ControlAPI

extension ControlClient {
    /// A page of a tenant's tokens.
    public func tokens(ofTenant tenant: String, page: Page = Page()) async throws(ClientError) -> TokenList {
        try await answer(TokenList.self, to: .get(Routes.tenantTokens(tenant), query: page.query))
    }

    /// A page of all tokens, or of one owner's, such as `tenant:acme` or `auditor`.
    public func tokens(owner: String? = nil, page: Page = Page()) async throws(ClientError) -> TokenList {
        try await answer(TokenList.self, to: .get(Routes.tokens, query: [("owner", owner)] + page.query))
    }

    /// Makes a token for a tenant, or without one for the role that the request names. The answer alone has its secret.
    public func makeToken(
        _ request: TokenRequest, forTenant tenant: String?
    ) async throws(ClientError) -> TokenAnswer {
        let path = tenant.map { Routes.tenantTokens($0) } ?? Routes.tokens
        return try await answer(TokenAnswer.self, to: .post(path, request))
    }

    /// Revokes a token, and all that were made with it.
    public func revokeToken(
        _ id: String, ofTenant tenant: String?, reason: String? = nil
    ) async throws(ClientError) -> TokenAnswer {
        let path = tenant.map { Routes.tenantToken(id, of: $0) } ?? Routes.token(id)
        return try await answer(TokenAnswer.self, to: .delete(path, query: [("reason", reason)]))
    }
}
