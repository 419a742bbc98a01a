// An authority of a test's own, and the certificates that it signs.

import Crypto
import Foundation
import SwiftASN1
import X509

/// Signs certificates that last an hour.
struct TestAuthority {
    private let key = P256.Signing.PrivateKey()
    private let name: DistinguishedName
    private let certificate: Certificate

    init(_ commonName: String = "Test Authority") throws {
        name = try DistinguishedName { CommonName(commonName) }
        certificate = try Self.sign(
            name, key.publicKey, by: name, key,
            try Certificate.Extensions { Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil)) })
    }

    /// The authority's own certificate as PEM.
    var pem: String { get throws { try certificate.serializeAsPEM().pemString } }

    /// A server's certificate for this machine and its key, as PEM.
    func server(_ commonName: String = "localhost", validUntil end: Date = Date() + 3_600) throws -> TestPair {
        try pair(
            commonName, [.dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))],
            validUntil: end)
    }

    /// A client's certificate with names in the form of URIs, and its key.
    func client(_ commonName: String, _ identities: [String] = []) throws -> TestPair {
        try pair(commonName, identities.map { .uniformResourceIdentifier($0) })
    }

    private func pair(
        _ commonName: String, _ names: [GeneralName], validUntil end: Date = Date() + 3_600
    ) throws -> TestPair {
        let own = P256.Signing.PrivateKey()
        let extensions = try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            if !names.isEmpty { SubjectAlternativeNames(names) }
        }
        let signed = try Self.sign(
            try DistinguishedName { CommonName(commonName) }, own.publicKey, by: name, key, extensions, until: end)
        return TestPair(certificate: try signed.serializeAsPEM().pemString, key: own.pemRepresentation)
    }

    private static func sign(
        _ subject: DistinguishedName, _ publicKey: P256.Signing.PublicKey, by issuer: DistinguishedName,
        _ key: P256.Signing.PrivateKey, _ extensions: Certificate.Extensions, until end: Date = Date() + 3_600
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(publicKey),
            notValidBefore: end - 7_200, notValidAfter: end, issuer: issuer, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions, issuerPrivateKey: .init(key))
    }
}

/// A certificate and its key, as PEM.
struct TestPair {
    let certificate: String
    let key: String

    /// Writes both, the certificate first, as somebody would who renews them.
    func write(to folder: ScratchFolder, _ name: String) throws -> (certificate: String, key: String) {
        let paths = (try folder.write(certificate, to: name + ".pem"), try folder.write(key, to: name + ".key"))
        chmod(paths.1, 0o600)
        return paths
    }
}
