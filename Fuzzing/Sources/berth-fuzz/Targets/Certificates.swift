// Client certificates.

import NIOSSL

@testable import ControlServer

extension FuzzTarget {
    static let certificates = FuzzTarget(
        "certificates", "the names in client certificates, in DER", bytesMax: 2_048,
        seeds: { SampleCertificates.all.enumerated().map { ("\($0 + 1)", $1) } }
    ) { bytes in
        guard let certificate = try? NIOSSLCertificate(bytes: bytes, format: .der),
            let names = CertificateNames(certificate)
        else { return true }
        require(names.actorName.hasPrefix("cert:"), "whoever has a certificate has a name")
        for rule in ["spiffe://berth.example/tenant/{tenant}=tenant:{tenant}", "subject:CN=acme=auditor"] {
            guard let rule = CertificateRule(rule) else { fatalError("a rule of the documentation is one") }
            if case .tenant(let name)? = rule.role(of: names) {
                require(!name.isEmpty && !name.contains("/"), "a tenant's name is one segment")
            }
        }
        return true
    }
}
