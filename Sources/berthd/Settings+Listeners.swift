// The settings of listeners: where the daemon is reached over TCP, under which certificate, and what a client may cost.

import ControlServer
import Foundation
import Leasing
import Supervision

extension Settings {
    /// The TLS identity of the TCP listeners; nil where there are none.
    ///
    /// - Parameter isNeeded: whether a socket for TLS was handed over.
    func tlsIdentity(isNeeded: Bool) throws -> TLSIdentity? {
        guard !tcpAddresses.isEmpty || isNeeded else {
            for (key, value) in [
                ("certificateFile", tcpCertificateFile), ("keyFile", tcpKeyFile), ("clientCAFile", tcpClientCAFile),
            ] where value != nil {
                throw StartFailure(
                    "tcp.\(key) is of no use without tcp.addresses, such as [\"0.0.0.0:7411\"], or a socket that is handed over "
                        + "as tcp")
            }
            return nil
        }
        guard let certificate = tcpCertificateFile, let key = tcpKeyFile else {
            throw StartFailure(
                "\(isNeeded ? "a socket that is handed over as tcp" : "tcp.addresses") needs tcp.certificateFile and "
                    + "tcp.keyFile; without TLS there is tcp.plainLoopback alone")
        }
        guard ["none", "optional", "required"].contains(tcpClientCertificates) else {
            throw StartFailure("tcp.clientCertificates: \(tcpClientCertificates) is not none, optional or required")
        }
        if tcpClientCertificates != "none", tcpClientCAFile == nil {
            throw StartFailure("tcp.clientCertificates: \(tcpClientCertificates) needs tcp.clientCAFile")
        }
        do {
            return try TLSIdentity(
                TLSIdentity.Files(
                    certificate: try CredentialPath.resolve(certificate, "tcp.certificateFile"),
                    key: try CredentialPath.resolve(key, "tcp.keyFile"),
                    clientAuthorities: tcpClientCertificates == "none"
                        ? nil : try tcpClientCAFile.map { try CredentialPath.resolve($0, "tcp.clientCAFile") },
                    requiresClientCertificate: tcpClientCertificates == "required"))
        } catch let failure as StartFailure {
            throw failure
        } catch {
            throw StartFailure("tcp: \(error)")
        }
    }

    /// Every listener: the Unix socket first. What was handed over for a purpose takes the place of what the settings name.
    func listeners(tls: TLSIdentity?, passed: [PassedSocket]) throws -> [Listener] {
        func handedOver(_ name: PassedSocket.Name) -> [Listener.Place]? {
            let places = passed.filter { $0.name == name }.map { Listener.Place.descriptor($0.descriptor) }
            return places.isEmpty ? nil : places
        }
        let control = handedOver(.control) ?? [.unixSocket(path: socketPath)]
        let overTLS = try tcpAddresses.map { try place($0, "tcp.addresses") }
        let plain = try plainPlace().map { [$0] } ?? []
        return control.map { Listener($0) } + (handedOver(.tcp) ?? overTLS).map { Listener($0, tls: tls) }
            + (handedOver(.plain) ?? plain).map { Listener($0) }
    }

    /// Where plain text is spoken, if anywhere: on this machine alone.
    private func plainPlace() throws -> Listener.Place? {
        guard let tcpPlainLoopback else { return nil }
        let place = try place(tcpPlainLoopback, "tcp.plainLoopback")
        guard case .tcp(let host, _) = place, host == "::1" || host.hasPrefix("127.") else {
            throw StartFailure(
                "tcp.plainLoopback: \(tcpPlainLoopback) is not 127.0.0.1 or [::1]; beyond this machine there is TLS only"
            )
        }
        return place
    }

    /// Reads `127.0.0.1:7411` or `[::1]:7411`.
    private func place(_ text: String, _ key: String) throws -> Listener.Place {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw StartFailure("\(key): \(text) is not an address and a port like 0.0.0.0:7411 or [::]:7411")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        var (four, six) = (in_addr(), in6_addr())
        guard inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1 else {
            throw StartFailure(
                "\(key): \(text) does not begin with an address; write 127.0.0.1, 0.0.0.0, [::1] or [::]")
        }
        return .tcp(host: host, port: port)
    }

    /// The rules for names in client certificates.
    func certificateRules() throws -> [CertificateRule] {
        try certificates.map { text in
            guard let rule = CertificateRule(text) else {
                throw StartFailure(
                    "roles.certificates: \(text) is not like spiffe://berth.example/tenant/acme=tenant:acme, "
                        + "spiffe://berth.example/tenant/{tenant}=tenant:{tenant} or subject:CN=auditor.example=auditor"
                )
            }
            return rule
        }
    }

    /// What one client may cost.
    func serverLimits() throws -> ServerLimits {
        for (key, value) in limits.values where value < 1 || value > 1_000_000 {
            throw StartFailure("limits.\(key): \(value) is not 1 to 1000000")
        }
        guard limits.tokenDays <= 366 else { throw StartFailure("limits.tokenDays: \(limits.tokenDays) is over 366") }
        return limits
    }
}

extension ServerLimits {
    /// The settings under `limits`, by name.
    static let settings: [(name: String, path: any WritableKeyPath<ServerLimits, Int> & Sendable)] = [
        ("connections", \.connections), ("connectionsPerUser", \.connectionsPerUser),
        ("connectionsPerAddress", \.connectionsPerAddress), ("idleSeconds", \.idleSeconds),
        ("headSeconds", \.headSeconds), ("bodySeconds", \.bodySeconds), ("stallSeconds", \.stallSeconds),
        ("searchesBurst", \.searchesBurst), ("searchesPerMinute", \.searchesPerMinute),
        ("tokenDays", \.tokenDays), ("failuresBurst", \.failuresBurst), ("failuresPerMinute", \.failuresPerMinute),
    ]

    fileprivate var values: [(String, Int)] { Self.settings.map { ($0.name, self[keyPath: $0.path]) } }
}
