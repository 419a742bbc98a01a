// Listeners: TLS and client certificates, plain text on loopback, certificates that are renewed.

import ControlAPI
import ControlClient
import Foundation
import Glibc
import Testing

extension SystemTests {
    @Suite("Listeners")
    struct ListenerTests {
        private let home: DaemonHome
        private let authority: TestAuthority
        private let authorityFile: String
        private let certificateFile: String

        /// A daemon with TLS, and plain text beside it.
        init() throws {
            home = try DaemonHome()
            authority = try TestAuthority()
            authorityFile = try home.folder.write(try authority.pem, to: "ca.pem")
            let files = try authority.server().write(to: home.folder, "server")
            certificateFile = files.certificate
            home.config = try home.folder.write(
                """
                roles:
                  certificates:
                    - "spiffe://berth.example/tenant/{tenant}=tenant:{tenant}"
                    - "subject:CN=auditor=auditor"
                    - "subject:CN=boss=operator"
                tcp:
                  addresses: ["127.0.0.1:0", "127.0.0.1:0"]
                  certificateFile: \(files.certificate)
                  keyFile: \(files.key)
                  clientCAFile: \(authorityFile)
                  plainLoopback: "127.0.0.1:0"

                """, to: "berthd.yaml")
            try home.start(initialise: true)
            let connection = try home.connect()
            for tenant in ["acme", "rival"] {
                _ = try connection.request("PUT", "/v1/tenants/\(tenant)", #"{"reason":"listeners"}"#)
            }
        }

        private func credentials(_ pair: TestPair?, _ name: String = "client") throws -> ClientCredentials {
            guard let pair else { return ClientCredentials(authoritiesFile: authorityFile) }
            let files = try pair.write(to: home.folder, name)
            return ClientCredentials(
                authoritiesFile: authorityFile, certificateFile: files.certificate, keyFile: files.key)
        }

        private func address(_ index: Int = 0) throws -> ServerAddress {
            .url("https://localhost:\(try home.ports()[index])")
        }

        /// The status of a refusal, or nil where there is none.
        private func refusal(
            _ address: ServerAddress, _ credentials: ClientCredentials, _ body: (ControlClient) async throws -> Void
        ) async throws -> Problem? {
            do {
                try await ControlClient.with(address, credentials: credentials) { try await body($0) }
                return nil
            } catch ClientError.refused(let problem, _) {
                return problem
            }
        }

        @Test("a certificate's SPIFFE ID or subject is who somebody is, on every listener, and the audit log says so")
        func certificates() async throws {
            let acme = try credentials(authority.client("some host", ["spiffe://berth.example/tenant/acme"]))
            for index in 0..<2 {
                try await ControlClient.with(try address(index), credentials: acme) { client in
                    let name = try await client.tenant("acme").name
                    #expect(name == "acme")
                }
            }
            let theirs = try await refusal(try address(), acme) { _ = try await $0.tenant("rival") }
            #expect(theirs?.status == 404)
            try await ControlClient.with(try address(), credentials: acme) { client in
                let text = #"{"tenant":"acme","reservations":[{"shape":"node"}],"duration":"1d"}"#
                _ = try await client.createLease(try StrictJSON.decode(LeaseRequest.self, from: Array(text.utf8)))
            }
            let log = try home.connect().get("/v1/audit?limit=1000").json["entries"].array
            #expect(
                log.contains {
                    $0["actor"].string == "cert:spiffe://berth.example/tenant/acme"
                        && $0["role"].string == "tenant:acme"
                })
            let auditor = try credentials(authority.client("auditor"), "auditor")
            try await ControlClient.with(try address(), credentials: auditor) { client in
                let tenants = try await client.tenants().tenants
                #expect(tenants.count == 2)
                let listeners = try await client.status().listeners ?? []
                #expect(listeners.map(\.tls) == [false, true, true, false])
                #expect(listeners[1].certificateExpiresAt != nil && listeners[1].certificateFault == nil)
            }
        }

        @Test("nobody comes in without a name, with two, with an operator's, or under another authority")
        func strangers() async throws {
            let nobody = try await refusal(try address(), try credentials(nil)) { _ = try await $0.status() }
            #expect(nobody?.status == 401)
            for (name, identities) in [
                ("two", ["spiffe://berth.example/tenant/acme", "spiffe://berth.example/tenant/rival"]),
                ("else", ["https://berth.example/tenant/acme"]), ("nobody", []),
            ] {
                let shown = try credentials(authority.client(name, identities), name)
                let refused = try await refusal(try address(), shown) { _ = try await $0.tenant("acme") }
                #expect(refused?.status == 403, "\(name)")
            }
            let boss = try await refusal(try address(), try credentials(authority.client("boss"), "boss")) {
                _ = try await $0.status()
            }
            #expect(boss?.status == 403 && boss?.detail.contains("tcpOperators") == true)
            let other = try TestAuthority("Other")
            let forged = try credentials(other.client("x", ["spiffe://berth.example/tenant/acme"]), "forged")
            do {
                try await ControlClient.with(try address(), credentials: forged) { _ = try await $0.tenant("acme") }
                Issue.record("a certificate of another authority was taken")
            } catch ClientError.unreachable {}
            // And a client does not speak to a daemon that it does not trust.
            let untrusting = ClientCredentials(authoritiesFile: try home.folder.write(try other.pem, to: "other.pem"))
            do {
                try await ControlClient.with(try address(), credentials: untrusting) { _ = try await $0.status() }
                Issue.record("the certificate was trusted")
            } catch ClientError.unreachable(_, .notTrusted(.untrusted)) {}
        }

        @Test("what goes wrong with TLS is told in plain words that say what to do, and never in those of a library")
        func words() throws {
            let ports = try home.ports()
            let other = try home.folder.write(try TestAuthority("Other").pem, to: "other.pem")
            func said(_ arguments: String...) throws -> String {
                let process = try ChildProcess(Program.berth, arguments, environment: [:])
                process.wait()
                #expect(process.wait() == .exited(9), "\(process.output)")
                let text = process.error
                for raw in ["handshakeFailed", "HTTPClientError", "NIOSSL", "errno", "SSL routines", "OPENSSL"] {
                    #expect(!text.contains(raw), "\(text)")
                }
                return text
            }
            let untrusted = try said("status", "--url", "https://localhost:\(ports[0])", "--ca-file", other)
            #expect(untrusted.contains("nobody whom you trust") && untrusted.contains("--ca-file"), "\(untrusted)")
            let named = try said("status", "--url", "https://127.0.0.2:\(ports[0])", "--ca-file", authorityFile)
            #expect(named.contains("another name") || named.contains("nobody listens"), "\(named)")
            let plain = try said("status", "--url", "https://localhost:\(ports[2])", "--ca-file", authorityFile)
            #expect(plain.contains("does not speak TLS"), "\(plain)")
            let nobody = try said("status", "--url", "https://localhost:1", "--ca-file", authorityFile)
            #expect(nobody.contains("nobody listens"), "\(nobody)")
        }

        @Test("metrics tell when certificates begin and end, and whether newer files are of use")
        func metrics() throws {
            let text = try home.connect().get("/metrics").text
            let port = try home.ports()[0]
            func value(_ name: String) throws -> Int {
                let start = name + "{listener=\"127.0.0.1:\(port)\"}"
                let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(start) }, "\(text)")
                return try #require(line.split(separator: " ").last.flatMap { Int($0) })
            }
            let listener = try home.connect().get("/v1/status").json["listeners"][1]
            let end = try #require(listener["certificateExpiresAt"].string.flatMap { Timestamp($0) })
            #expect(try value("berth_tls_certificate_expiry_timestamp_seconds") == Int(end.epochSeconds))
            #expect(
                try value("berth_tls_certificate_start_timestamp_seconds")
                    < value("berth_tls_certificate_expiry_timestamp_seconds"))
            #expect(try value("berth_tls_certificate_refused") == 0)
            // Plain text has none.
            #expect(text.split(separator: "\n").count { $0.hasPrefix("berth_tls_certificate_refused{") } == 2)
        }

        @Test("plain text on loopback answers too, names nobody, and says how to name oneself")
        func plain() throws {
            let connection = try HTTPConnection(port: try home.ports()[2])
            let answer = try connection.get("/v1/leases")
            #expect(answer.status == 401 && answer.isProblem)
            #expect(answer.headers["www-authenticate"] == #"Bearer realm="berth""#)
            #expect(answer.headers["berth-revision"] == nil)
            // The same connection goes on.
            #expect(try connection.get("/healthz").status == 401)
            // What speaks no TLS is not answered on a TLS listener.
            let wrong = try HTTPConnection(port: try home.ports()[0])
            try wrong.send("GET", "/healthz")
            #expect(throws: (any Error).self) { try wrong.receive() }
        }

        @Test(
            "a new certificate is taken on SIGHUP, connections that are open go on, and a pair that is none is refused")
        func renewal() async throws {
            let acme = try credentials(authority.client("a", ["spiffe://berth.example/tenant/acme"]))
            func certificateEnd() throws -> String? {
                try home.connect().get("/v1/status").json["listeners"][1]["certificateExpiresAt"].string
            }
            let before = try certificateEnd()
            try await ControlClient.with(try address(), credentials: acme) { client in
                _ = try await client.tenant("acme")
                _ = try authority.server("renewed", validUntil: Date() + 7_000).write(to: home.folder, "server")
                home.process?.signal(SIGHUP)
                #expect(home.process?.awaitError("new connections get a new certificate") == true)
                let after = try certificateEnd()
                #expect(after != before)
                // The pool has the connection from before; another client gets a new one.
                _ = try await client.tenant("acme")
                try await ControlClient.with(try address(), credentials: acme) { _ = try await $0.tenant("acme") }

                // Half a pair.
                let renewed = try certificateEnd()
                _ = try home.folder.write(try authority.server("half").certificate, to: "server.pem")
                home.process?.signal(SIGHUP)
                #expect(home.process?.awaitError("the new certificate cannot be used") == true)
                let status = try home.connect().get("/v1/status").json["listeners"][1]
                #expect(status["certificateExpiresAt"].string == renewed)
                #expect(status["certificateFault"].string?.contains("do not belong together") == true)
                let words = try home.berth("status").output
                #expect(words.contains("a newer certificate cannot be used"), "\(words)")
                try await ControlClient.with(try address(), credentials: acme) { _ = try await $0.tenant("acme") }
            }
        }

        @Test("a renewed pair is found without a signal, once its files are at rest")
        func renewalUnasked() throws {
            _ = try authority.server("renewed", validUntil: Date() + 7_000).write(to: home.folder, "server")
            #expect(home.process?.awaitError("new connections get a new certificate") == true)
        }

        @Test("plain text beyond this machine, TLS without a key and a key that all may read end the start")
        func refusedStarts() throws {
            try home.stop()
            let key = home.folder("server.key")
            for (tcp, words) in [
                ("plainLoopback: \"0.0.0.0:0\"", "beyond this machine there is TLS only"),
                ("plainLoopback: \"127.0.0.1\"", "is not an address and a port"),
                ("addresses: [\"127.0.0.1:0\"]", "needs tcp.certificateFile and tcp.keyFile"),
                ("certificateFile: x", "is of no use without tcp.addresses"),
                (
                    "addresses: [\"127.0.0.1:0\"], certificateFile: \(certificateFile), keyFile: \(key), "
                        + "clientCertificates: required", "needs tcp.clientCAFile"
                ),
                (
                    "addresses: [\"127.0.0.1:0\"], certificateFile: \(certificateFile), keyFile: \(authorityFile)",
                    "everybody may read this key"
                ),
                (
                    "addresses: [\"127.0.0.1:0\"], certificateFile: \(home.folder("none.pem")), keyFile: \(key)",
                    "cannot be read"
                ),
                (
                    "addresses: [\"localhost:1\"], certificateFile: \(certificateFile), keyFile: \(key)",
                    "does not begin"
                ),
            ] {
                home.config = try home.folder.write("tcp: {\(tcp)}\n", to: "wrong.yaml")
                let process = try home.launch()
                #expect(process.wait() != .exited(0) && process.error.contains(words), "\(tcp): \(process.error)")
            }
            home.config = try home.folder.write("roles: {operators: [\"user:65534\"]}\n", to: "wrong.yaml")
            let process = try home.launch()
            #expect(process.wait() != .exited(0) && process.error.contains("it can have no role"), "\(process.error)")
        }
    }
}
