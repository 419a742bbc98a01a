// Headers by which a caller says who it is and what it has, and the rules that give names a role.

import Foundation

@testable import ControlAPI
@testable import ControlServer

extension FuzzTarget {
    static let credentials = FuzzTarget(
        "credentials", "bearer tokens, traces and other headers, rules for names", bytesMax: 512,
        words: { readers.keys.sorted().map { $0 + "\n" } + samples.map(\.1) },
        seeds: { samples.enumerated().map { ("\($0 + 1)-\($1.0)", Addressed.bytes($1.0, $1.1)) } }
    ) { bytes in
        guard let input = Addressed(bytes), let reader = readers[input.words[0]] else { return false }
        reader(input.text)
        return true
    }

    private static let readers: [String: @Sendable (String) -> Void] = [
        "bearer": { text in
            let made = TokenText.text(of: Array((Array(text.utf8) + Array(repeating: 7, count: 32)).prefix(32)))
            require(TokenText.digest(of: made)?.count == 32, "a token that was made is one")
            guard let digest = TokenText.digest(of: text) else { return }
            require(digest.count == 32 && text.utf8.count == made.utf8.count, "a token has the length of one")
        },
        "trace": { text in
            guard let trace = TraceContext(text) else { return }
            require(TraceContext(trace.text) == trace, "a trace reads back as the same")
            require(TraceContext(trace.next().text)?.traceID == trace.traceID, "a trace goes on")
        },
        "type": { _ = MediaTypes.isJSON($0) },
        "encodings": { _ = AcceptedEncodings.takeGzip([$0]) },
        "tags": { _ = EntityTags([$0]) },
        "rule": { text in
            guard let rule = CertificateRule(text) else { return }
            for name in [text, String(text.prefix { $0 != "=" }), "spiffe://berth.example/tenant/acme"] {
                let identity = CertificateNames.isIdentity(name) ? name : nil
                _ = rule.role(of: CertificateNames(identity: identity, subject: "CN=\(name)"))
            }
        },
        "role": { text in
            guard let role = Role(text) else { return }
            require(Role(role.description) == role, "a role reads back as the same")
        },
    ]

    private static let samples: [(String, String)] = [
        ("bearer", TokenText.text(of: Array(0..<32))), ("bearer", "berth_"),
        ("trace", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("trace", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"),
        ("type", "application/json; charset=utf-8"), ("encodings", "br;q=1.0, gzip;q=0, *;q=0.5"),
        ("tags", "W/\"1-42\", \"7\""), ("tags", "*"),
        ("rule", "spiffe://berth.example/tenant/{tenant}=tenant:{tenant}"),
        ("rule", "spiffe://berth.example/tenant/acme=tenant:acme"), ("rule", "subject:CN=auditor.example=auditor"),
        ("role", "tenant:acme"), ("role", "operator"),
    ]
}
