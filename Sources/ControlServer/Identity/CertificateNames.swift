// The names in a client certificate.

import ControlAPI
import NIOSSL
import SwiftASN1
import X509

/// What a certificate says of whom it was made for.
struct CertificateNames: Equatable, Sendable {
    /// The SPIFFE ID, where there is exactly one name in the form of a URI and it is one.
    let identity: String?
    /// The subject as RFC 4514 writes it; empty when there is none.
    let subject: String

    init(identity: String?, subject: String) {
        self.identity = identity
        self.subject = subject
    }

    /// Reads a certificate whose chain has been verified; nil when it cannot be read, or is an authority's own.
    init?(_ certificate: NIOSSLCertificate) {
        guard let bytes = try? certificate.toDERBytes(), let parsed = try? Certificate(derEncoded: bytes) else {
            return nil
        }
        if case .isCertificateAuthority = try? parsed.extensions.basicConstraints { return nil }
        let names = (try? parsed.extensions.subjectAlternativeNames) ?? SubjectAlternativeNames([])
        let addresses = names.compactMap { name -> String? in
            if case .uniformResourceIdentifier(let address) = name { address } else { nil }
        }
        // A certificate with two identities would be whichever suits its holder.
        identity = addresses.count == 1 && Self.isIdentity(addresses[0]) ? addresses[0] : nil
        subject = parsed.subject.description
    }

    /// For the audit log.
    var actorName: String { "cert:" + (identity ?? PrintableText.line(subject)) }

    /// Whether a text is a SPIFFE ID: a trust domain and a path of plain segments, nothing else.
    static func isIdentity(_ text: String) -> Bool {
        guard text.utf8.count <= 2_048, text.hasPrefix("spiffe://") else { return false }
        let parts = text.dropFirst(9).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 2, !parts[0].isEmpty else { return false }
        let isDomain = parts[0].utf8.allSatisfy { isLower($0) || isDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
        return isDomain
            && parts.dropFirst().allSatisfy { segment in
                !segment.isEmpty && segment != "." && segment != ".."
                    && segment.utf8.allSatisfy {
                        isLower($0) || isDigit($0) || (0x41...0x5A).contains($0) || [0x2D, 0x2E, 0x5F].contains($0)
                    }
            }
    }

    private static func isLower(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
