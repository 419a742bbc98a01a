// Who somebody is: tokens as text, names in certificates, users and groups.

import Foundation
import Glibc
import HTTPTypes
import Leasing
import Testing

@testable import ControlServer

@Suite("Identity")
struct IdentityTests {
    // MARK: Tokens

    @Test("a token is its prefix, 256 bits and a checksum; another letter anywhere is no token")
    func tokenText() throws {
        // The checksum's digits follow from zlib's crc32 over the 43 characters before it.
        #expect(
            TokenText.text(of: [UInt8](repeating: 0, count: 32)) == "berth_" + String(repeating: "0", count: 43)
                + Self.zeroSum)
        let token = TokenText.make()
        #expect(token.utf8.count == 55 && token.hasPrefix("berth_"))
        let digest = try #require(TokenText.digest(of: token))
        #expect(digest.count == 32 && TokenText.digest(of: token) == digest)
        for index in token.indices {
            var letters = Array(token)
            let place = token.distance(from: token.startIndex, to: index)
            letters[place] = letters[place] == "x" ? "y" : "x"
            #expect(TokenText.digest(of: String(letters)) == nil, "\(place)")
        }
        for other in ["", "berth_", token + "0", String(token.dropLast()), token.uppercased()] {
            #expect(TokenText.digest(of: other) == nil)
        }
    }

    /// `crc32(b"0" * 43)` of zlib is 0x7849568f, which is this in base 62.
    private static let zeroSum = "2CZclj"

    @Test("tokens do not repeat, and no bit of the secret is lost")
    func tokensDiffer() {
        let made = (0..<500).map { _ in TokenText.make() }
        #expect(Set(made).count == made.count)
        var texts: Set<String> = []
        for bit in 0..<256 {
            var secret = [UInt8](repeating: 0, count: 32)
            secret[bit / 8] = 1 << (bit % 8)
            texts.insert(TokenText.text(of: secret))
        }
        #expect(texts.count == 256)
        #expect(TokenText.text(of: [UInt8](repeating: 255, count: 32)).utf8.count == 55)
    }

    // MARK: Certificates

    @Test("a rule gives a role to a SPIFFE ID, to a tenant in one, or to a subject, and to nothing like it")
    func certificateRules() throws {
        let exact = try #require(CertificateRule("spiffe://berth.example/tenant/acme=tenant:acme"))
        let any = try #require(CertificateRule("spiffe://berth.example/tenant/{tenant}/ci=tenant:{tenant}"))
        let subject = try #require(CertificateRule("subject:CN=auditor.example,O=Berth=auditor"))
        func names(_ identity: String?, _ subject: String = "") -> CertificateNames {
            CertificateNames(identity: identity, subject: subject)
        }
        #expect(exact.role(of: names("spiffe://berth.example/tenant/acme")) == .tenant("acme"))
        #expect(exact.role(of: names("spiffe://berth.example/tenant/acme2")) == nil)
        #expect(exact.role(of: names(nil, "spiffe://berth.example/tenant/acme")) == nil)
        #expect(any.role(of: names("spiffe://berth.example/tenant/rival/ci")) == .tenant("rival"))
        for other in [
            "spiffe://berth.example/tenant//ci", "spiffe://berth.example/tenant/a/b/ci",
            "spiffe://berth.example/tenant/rival", "spiffe://other.example/tenant/rival/ci",
        ] {
            #expect(any.role(of: names(other)) == nil, "\(other)")
        }
        #expect(subject.role(of: names(nil, "CN=auditor.example,O=Berth")) == .auditor)
        #expect(subject.role(of: names(nil, "CN=auditor.example")) == nil)
        for text in [
            "spiffe://berth.example/tenant/acme", "spiffe://berth.example/a=king", "spiffe:///a=auditor",
            "CN=x=auditor",
            "subject:=auditor", "spiffe://berth.example/{tenant}/{tenant}=tenant:{tenant}",
            "spiffe://berth.example/x{tenant}=tenant:{tenant}", "spiffe://berth.example/{tenant}=operator", "",
        ] {
            #expect(CertificateRule(text) == nil, "\(text)")
        }
    }

    @Test("a SPIFFE ID is a trust domain and a path of plain segments")
    func spiffe() {
        for good in ["spiffe://a/b", "spiffe://berth.example/tenant/a-b_c.D"] {
            #expect(CertificateNames.isIdentity(good))
        }
        for bad in [
            "spiffe://a", "spiffe://a/", "spiffe:///b", "spiffe://A/b", "spiffe://a/b/", "spiffe://a//b",
            "spiffe://a/../b",
            "spiffe://a/%62", "spiffe://a:1/b", "spiffe://u@a/b", "spiffe://a/b?c", "https://a/b", "spiffe://a/b\u{0}",
        ] {
            #expect(!CertificateNames.isIdentity(bad), "\(bad)")
        }
    }

    // MARK: Peers

    @Test("a peer has the groups that its process has, not those of its user's name")
    func peerGroups() throws {
        var descriptors: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &descriptors) == 0)
        defer { for descriptor in descriptors { close(descriptor) } }
        let peer = try #require(PeerCredentials.peer(of: descriptors[0]))
        let count = getgroups(0, nil)
        var groups = [gid_t](repeating: 0, count: Int(count))
        try #require(getgroups(count, &groups) == count)
        #expect(peer.uid == geteuid() && Set(peer.groups) == Set(groups).union([getegid()]))
        #expect(PeerCredentials.peer(of: -1) == nil)
    }

    @Test("whoever the kernel cannot name has no role, by user or by group")
    func unnamed() throws {
        let (user, group) = (UnnamedNumbers.user, UnnamedNumbers.group)
        let rules = [
            RoleRule(subject: .user(user), role: .operator), RoleRule(subject: .group(group), role: .operator),
            RoleRule(subject: .group(7), role: .auditor),
        ]
        #expect(Peer(uid: user, gid: 7, groups: [7]).role(by: rules) == nil)
        #expect(Peer(uid: 4_000_001, gid: group, groups: [group]).role(by: rules) == nil)
        #expect(Peer(uid: 4_000_001, gid: 1, groups: [7]).role(by: rules) == .auditor)
        #expect(UnnamedNumbers.named(by: "user:\(user)") == user && UnnamedNumbers.named(by: "user:0") == nil)
    }

    // MARK: Routes

    @Test("every route names the roles that may use it, once for each method and path, and has a scope")
    func routes() {
        var seen: Set<String> = []
        for route in Route.all {
            #expect(!route.roles.names.isEmpty, "\(route.method) \(route.pattern)")
            #expect(seen.insert("\(route.method) \(route.pattern)").inserted, "\(route.method) \(route.pattern)")
            #expect(route.scope.names.count == 1)
            #expect((route.method == .get) == (route.scope == .read), "\(route.method) \(route.pattern)")
        }
        #expect(Route.all.count > 90)
    }
}
